"""The client: plays a plan on any engine that speaks UnrealCV, and writes pictures, masks and sidecars.

Of the engine only its protocol and its launcher come in.
"""
