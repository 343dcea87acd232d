"""Calls PyTorch's operations as pytorch.test.ts asks: a JSON list on stdin, a list of outcomes on stdout."""
import json
import math
import re
import sys
import warnings

import torch

warnings.simplefilter("ignore")
special = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf, "-0": -0.0}


def snake(name):
    name = re.sub(r"Sync$", "", name)
    name = re.sub(r"^(atleast)(\d)", r"\1_\2", name)
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda m: "_" + m.group(1).lower(), name)


def tensor(filled):
    values = [special.get(v, v) for v in filled["values"]]
    return torch.tensor(values, dtype=torch.float64).reshape(filled["shape"]).to(getattr(torch, filled["dtype"])).clone()


def argument(value, operands):
    if isinstance(value, dict):
        if "operand" in value:
            return operands[value["operand"]]
        return {snake(name): argument(entry, operands) for name, entry in value.items()}
    if isinstance(value, list):
        return [argument(entry, operands) for entry in value]
    return value


def number(value):
    if isinstance(value, float):
        if value != value:
            return "nan"
        if math.isinf(value):
            return "inf" if value > 0 else "-inf"
        if value == 0 and math.copysign(1, value) < 0:
            return "-0"
    return value


def plain(value):
    if isinstance(value, torch.Tensor):
        flat = [number(v) if value.dtype != torch.bool else int(v) for v in value.reshape(-1).tolist()]
        return {"shape": list(value.shape), "dtype": str(value.dtype)[6:], "values": flat}
    if isinstance(value, torch.dtype):
        return str(value)[6:]
    if isinstance(value, (bool, int, float, str)) or value is None:
        return value
    return [plain(entry) for entry in value]


# Python's operators, which have no names.
operators = {
    "rdiv": lambda x, other: other / x,
    "rmod": lambda x, other: other % x,
    "rpow": lambda x, other: other**x,
    "index": lambda x, *items: x[items],
}


def outcome(case):
    name = snake(case["operation"])
    owner = torch if case["owner"] == "torch" else getattr(torch, case["owner"])
    function = operators.get(name) or getattr(owner, name, None) or getattr(owner, name + "_", None) or getattr(torch.Tensor, name + "_", None)
    if function is None:
        return {"missing": name}
    operands = [tensor(filled) for filled in case["operands"]]
    args = argument(case["args"], operands)
    keywords = args.pop() if args and isinstance(args[-1], dict) else {}
    try:
        return {"results": plain(function(*args, **keywords))}
    except Exception as error:
        return {"error": type(error).__name__ + ": " + str(error).split("\n")[0]}


json.dump([outcome(case) for case in json.load(sys.stdin)], sys.stdout)
