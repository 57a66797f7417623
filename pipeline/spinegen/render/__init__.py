"""The client: plays the plan on any UnrealCV engine and writes frames; survives the engine's faults."""
