"""What the files of platforms say. They tell how many requests an instance is sent, its
size, what it starts, and how it is asked whether it is alive. Each platform is a file
of data.
"""
