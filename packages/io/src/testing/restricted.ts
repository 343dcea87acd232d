/**
 * `torch.load` with weights_only, which since PyTorch 2.0 knows one more instruction, that for floats: the reader of 1.13 takes
 * no checkpoint with a learning rate, PyTorch's own included.
 */
export const restrictedLoad = `
import inspect, torch._weights_only_unpickler as unpickler
source = inspect.getsource(unpickler)
if "BINFLOAT" not in source:
    before = "            elif key[0] == BINUNICODE[0]:"
    assert source.count(before) == 1
    source = source.replace(before, "            elif key == b'G': self.append(unpack('>d', read(8))[0])\\n" + before)
    exec(compile(source, "unpickler", "exec"), unpickler.__dict__)
def load(name):
    return torch.load(name, weights_only=True)
`;
