"""What evidence means, alone and compared with other evidence, and whether it passes.

``judge.py`` makes a report of evidence, ``verdict.py`` decides whether a configuration
handles what it declares, ``questions`` has a module for each other question,
``compare.py`` says what changed between two reports, and ``gate.py`` whether a run
passes. The numbers themselves are summed up in ``harness/records/numbers.py``.
"""
