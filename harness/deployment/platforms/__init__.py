"""Reads the files of platforms, each described by a file of data.

They tell how many requests an instance is sent, its size, what it starts, and how it is
asked whether it is alive.
"""
