"""The tables of the body (`opensim_models/`) and the model that is built from them.

A figure of anatomy belongs into a table with its source; code here only joins the tables into a `Definition`.
"""
