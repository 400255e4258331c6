let last;

// An address under which this page alone sees the file that was chosen.
export function address(input) {
    if (last) URL.revokeObjectURL(last);
    return last = URL.createObjectURL(input.files[0]);
}
