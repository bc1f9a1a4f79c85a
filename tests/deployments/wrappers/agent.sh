#!/bin/sh
# Starts a command with an agent that does as tracing agents do.
export PYTHONPATH="$PWD/agent:$PYTHONPATH"
exec "$@"
