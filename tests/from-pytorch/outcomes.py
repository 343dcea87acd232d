"""Runs the Python side of docs/from-pytorch.md: a JSON object { prelude, rows } on stdin, a list of outcomes on stdout."""
import ast
import contextlib
import io
import json
import math
import sys
import warnings

import numpy
import torch

warnings.simplefilter("ignore")


def encode(value):
    if isinstance(value, torch.nn.Parameter):
        value = value.detach()
    if isinstance(value, torch.Tensor):
        return {"tensor": repr(value)}
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": "nan" if value != value else "inf" if value > 0 else "-inf"}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, torch.dtype):
        return str(value).removeprefix("torch.")
    if isinstance(value, torch.device):
        return str(value)
    if isinstance(value, dict):
        return {"entries": {str(key): encode(entry) for key, entry in value.items()}}
    if isinstance(value, numpy.generic):
        return value.item()
    if isinstance(value, (torch.nn.Module, torch.optim.Optimizer)):
        return {"text": repr(value)}
    return [encode(entry) for entry in value]


def outcome(prelude, code):
    scope = {}
    exec(prelude, scope)
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    result = {}
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(tree, "row", "exec"), scope)
            value = eval(compile(ast.Expression(last.value), "row", "eval"), scope) if last else None
        if last is not None and not (value is None and printed.getvalue()):
            result["value"] = encode(value)
    except Exception as error:
        result["error"] = {"name": type(error).__name__, "message": str(error).split("\n")[0]}
    if printed.getvalue():
        result["printed"] = printed.getvalue()
    return result


given = json.load(sys.stdin)
json.dump([outcome(given["prelude"], row) for row in given["rows"]], sys.stdout)
