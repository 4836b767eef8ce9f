"""What a formula means: an interpreter at concrete sizes over any scalar algebra.

It shares no code with the rules that transform formulas, so that it can judge them.
"""
