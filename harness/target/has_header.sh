#!/bin/sh
# Succeeds if the C compiler finds a header that a package needs to be compiled.
echo "#include <$1>" | cc -E -x c - > /dev/null
