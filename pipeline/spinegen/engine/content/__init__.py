"""Things that can stand in the world: shapes, furniture, plants, rooms, streets, and the patterns painted on them.

Every thing is a mesh made from its description alone; light and camera are unknown here.
"""
