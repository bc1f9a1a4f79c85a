workers = 4
threads = 2
# The number of threads. A worker that accepts more lets requests wait that an idle
# thread of another worker could handle.
worker_connections = 2
