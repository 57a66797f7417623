"""The avatar: a person's body, skin, hair, garments and bones, built from a `PersonSpec`.

The body files and a spec come in; meshes with bones go out. It knows no skeleton model, no engine and no camera.
"""
