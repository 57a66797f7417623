"""Pages that people read: one set of templates, charts as inline SVG, and pictures inside the page, so that one file opens offline.

Plain figures come in from the stages and text goes out; no stage, no model and no network is known here.
"""
