"""From fitted coordinates to the avatar: the drawn person's own model, its posture, its contact with floor and thighs.

A fit and the landmarks of a body come in; poses of the avatar's bones go out.
"""
