/** What JavaScript's values do not say about the Python values they came from; so that they are saved as they were. */

/** Records that were an OrderedDict. */
export const orderedDicts = new WeakSet<object>();

/** Records with keys such as "0" that were texts: as a rule, records with such keys alone are saved with integers. */
export const textKeyed = new WeakSet<object>();

/** The field, hidden from loops, that marks the state dict of a module, as in PyTorch. */
export const metadataKey = "_metadata";

const wholeNumber = /^(?:0|[1-9]\d{0,15})$/;

/** Whether a key of a record is how JavaScript writes a whole number: `{ 0: x }` has the key "0". */
export const isIntegerKey = (key: string): boolean => wholeNumber.test(key) && Number.isSafeInteger(Number(key));
