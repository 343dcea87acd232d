"""Calls PyTorch's operations as pytorch.test.ts asks: a JSON list on stdin, a list of outcomes on stdout."""
import functools
import json
import math
import re
import sys
import warnings

import torch

warnings.simplefilter("ignore")
# Operands have few elements: threads would only wait for each other.
torch.set_num_threads(1)
special = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf, "-0": -0.0}


dtypes = ("float32", "float64", "int64", "int32", "bool")


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
    if value in dtypes:
        return getattr(torch, value)
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
        return number(value)
    return [plain(entry) for entry in value]


# Python's operators, which have no names, and what is private in 1.13.
operators = {
    "scaled_dot_product_attention": lambda *args, **keywords: torch.nn.functional._scaled_dot_product_attention(*args, need_attn_weights=False, **keywords)[0],
    "calculate_fan_in_and_fan_out": torch.nn.init._calculate_fan_in_and_fan_out,
    "rdiv": lambda x, other: other / x,
    "rmod": lambda x, other: other % x,
    "rpow": lambda x, other: other**x,
    "index": lambda x, *items: x[items],
}


def outcome(case):
    name = snake(case["operation"])
    owner = functools.reduce(getattr, case["owner"].split(".")[1:], torch)
    # What is a function here may be a method there, or exist in place only.
    found = [getattr(place, own, None) for place in (owner, torch.Tensor) for own in (case["operation"], name, name + "_")]
    function = operators.get(name) or next((one for one in found if one is not None), None)
    if function is None:
        return {"missing": name}
    if not callable(function):
        function = function.__get__
    operands = [tensor(filled) for filled in case["operands"]]
    args = argument(case["args"], operands)
    keywords = args.pop() if args and isinstance(args[-1], dict) else {}
    torch.manual_seed(0)
    try:
        return {"results": plain(function(*args, **keywords))}
    except Exception as error:
        return {"error": type(error).__name__ + ": " + str(error).split("\n")[0]}


json.dump([outcome(case) for case in json.load(sys.stdin)], sys.stdout)
