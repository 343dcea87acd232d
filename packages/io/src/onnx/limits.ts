/** Protocol buffers count their bytes in 31 bits. */
export const largestModel = 2 ** 31 - 1;
