"""OpenSim's files and library: reading, writing and replaying .osim models.

The only room of the package that knows OpenSim's XML and opens its library; everybody else sees `SpineModel`.
"""
