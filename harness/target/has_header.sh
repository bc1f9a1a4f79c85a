#!/bin/sh
# Succeeds where the C compiler finds a header, for packages that are compiled with it.
echo "#include <$1>" | cc -E -x c - > /dev/null
