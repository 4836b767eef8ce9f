"""The oracle and the checks: nobody judges their own work.

Formulas are judged by evaluating them, generated code by running it; no rule of the calculus and no
part of the lowering is used.
"""
