workers = 4
threads = 2
# As many as there are threads: a worker that accepts more keeps requests waiting
# that an idle thread of another worker could run.
worker_connections = 2
