// Arithmetic coding without rounding: shares are whole tenths, so BigInt holds every interval exactly.

/** The interval of a message: [start, length], in units of 10^-N. `tenths` are the model's shares by letter. */
export function interval(message, tenths) {
  const letters = Object.keys(tenths);
  return [...message].reduce(
    ([start, length], letter) => {
      const before = letters.slice(0, letters.indexOf(letter)).reduce((sum, other) => sum + tenths[other], 0);
      return [10n * start + length * BigInt(before), length * BigInt(tenths[letter])];
    },
    [0n, 1n],
  );
}

/** The codeword of a message, as text of 0 and 1: ⌈−log2 P⌉ + 1 bits. */
export function codeword(message, tenths) {
  const [start, length] = interval(message, tenths);
  const whole = 10n ** BigInt(message.length);
  let bits = 1n;
  while (2n * whole > length << bits) bits += 1n;
  const number = ((start << bits) + whole - 1n) / whole;
  return number.toString(2).padStart(Number(bits), "0");
}

/** Where the codeword's interval lies in the message's: [left, right] as shares of the message's length. */
export function within(message, tenths) {
  const [start, length] = interval(message, tenths);
  const code = codeword(message, tenths);
  const whole = 10n ** BigInt(message.length);
  const number = BigInt(`0b${code}`);
  const share = (end) => ratio(end * whole - (start << BigInt(code.length)), length << BigInt(code.length));
  return [share(number), share(number + 1n)];
}

/** The surprise of a message in bits. */
export function surprise(message, tenths) {
  return [...message].reduce((sum, letter) => sum - Math.log2(tenths[letter] / 10), 0);
}

function ratio(a, b) {
  return Number((a << 60n) / b) / 2 ** 60;
}
