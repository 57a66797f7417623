"""The engine as a process: sockets, sessions, and one handler for each command of UnrealCV.

Commands are translated into changes of the world here; drawing and content stay out.
"""
