"""A postfix expression evaluated with a stack: operands are appended, operators pop them."""

import numpy as np


def evaluate(operands, code):
    stack = []
    used = 0
    for op in code:
        if op == 0:
            stack.append(operands[used])
            used += 1
        elif op == 1:
            right = stack.pop()
            left = stack.pop()
            stack.append(left * right)
        elif op == 2:
            right = stack.pop()
            left = stack.pop()
            stack.append(left - np.sin(right))
        else:
            stack[-1] = np.exp(-stack[-1])
    return stack.pop()


def example(rng):
    return rng.uniform(0.5, 1.5, 4), np.array([0, 0, 1, 0, 2, 3, 0, 1])


CASE = {"fun": "evaluate", "args": example, "signature": "f64[n], i64[m]", "wrt": (0,)}
