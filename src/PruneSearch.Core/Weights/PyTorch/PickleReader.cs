using System.Buffers.Binary;
using System.Text;

namespace PruneSearch.Core.Weights.PyTorch;

/// <summary>
/// Reads the pickles that <c>torch.save</c> writes of state dicts, and no others: a pickle is a program for a stack machine, and
/// this machine has only the instructions that build containers, numbers, texts and tensors. An instruction or a name beyond
/// those ends the reading. Nothing is ever looked up, called or constructed by name.
/// Instructions: Python's <c>pickletools</c>.
/// </summary>
internal sealed class PickleReader
{
    private const int MaxObjects = 1_000_000;

    private readonly byte[] _bytes;
    private readonly string _source;
    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = new();
    private readonly Dictionary<int, object?> _memo = [];
    private int _position, _objects;

    private PickleReader(byte[] bytes, string source) => (_bytes, _source) = (bytes, source);

    /// <summary>The one object that a pickle holds.</summary>
    /// <param name="bytes">The pickle.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="FormatException">It is damaged, too large, or wants something that no weights need; the message says where.</exception>
    public static object? Read(byte[] bytes, string source) => new PickleReader(bytes, source).Run();

    private object? Run()
    {
        while (true)
        {
            int at = _position;
            byte instruction = Bytes(1)[0];
            if (instruction == '.')
            {
                return Pop();
            }
            if (!Number(instruction) && !Text(instruction) && !Container(instruction) && !Named(instruction) && !Memo(instruction) && !Frame(instruction))
            {
                throw Fault(at, $"instruction 0x{instruction:X2} is not one that files of weights need: it was not executed");
            }
        }
    }

    private bool Frame(byte instruction)
    {
        switch (instruction)
        {
            case 0x80: // PROTO
                if (Bytes(1)[0] is var version and (< 2 or > 5))
                {
                    throw Fault(_position - 1, $"pickle protocol {version} is not known, expected 2 to 5");
                }
                return true;
            case 0x95: // FRAME
                Bytes(8);
                return true;
            default:
                return false;
        }
    }

    private bool Number(byte instruction)
    {
        object? value;
        switch (instruction)
        {
            case (byte)'N': value = null; break;
            case 0x88: value = true; break;
            case 0x89: value = false; break;
            case (byte)'K': value = (long)Bytes(1)[0]; break;
            case (byte)'M': value = (long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2)); break;
            case (byte)'J': value = (long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)); break;
            case 0x8A: value = Long(Bytes(1)[0]); break;
            case (byte)'G': value = BinaryPrimitives.ReadDoubleBigEndian(Bytes(8)); break;
            default: return false;
        }
        Push(value);
        return true;
    }

    private bool Text(byte instruction)
    {
        switch (instruction)
        {
            case (byte)'X': Push(Utf8(Length())); return true;
            case 0x8C: Push(Utf8(Bytes(1)[0])); return true;
            case (byte)'U': Push(Utf8(Bytes(1)[0])); return true; // text of Python 2
            case (byte)'T': Push(Utf8(Length())); return true;
            case (byte)'C': Bytes(Bytes(1)[0]); Push(PickleUnread.Value); return true;
            case (byte)'B': Bytes(Length()); Push(PickleUnread.Value); return true;
            default: return false;
        }
    }

    private bool Container(byte instruction)
    {
        switch (instruction)
        {
            case (byte)'(': _marks.Push(_stack.Count); return true;
            case (byte)')': Push(Array.Empty<object?>()); return true;
            case (byte)']': Push(new List<object?>()); return true;
            case (byte)'}': Push(new PickleDictionary()); return true;
            case (byte)'t': Push(Top(_stack.Count - Mark())); return true;
            case 0x85 or 0x86 or 0x87: Push(Top(instruction - 0x84)); return true;
            case (byte)'a': Extend(Top(1)); return true;
            case (byte)'e': Extend(Top(_stack.Count - Mark())); return true;
            case (byte)'s': Set(Top(2)); return true;
            case (byte)'u': Set(Top(_stack.Count - Mark())); return true;
            default: return false;
        }
    }

    private bool Named(byte instruction)
    {
        int at = _position - 1;
        switch (instruction)
        {
            case (byte)'c':
                string module = Line();
                Push(Known(at, new PickleGlobal(module, Line())));
                return true;
            case 0x93: // STACK_GLOBAL
                Push(Top(2) is [string package, string name] ? Known(at, new PickleGlobal(package, name)) : throw Fault(at, "a name is no text"));
                return true;
            case (byte)'R': // REDUCE
                Push(Top(2) is [PickleGlobal global, object?[] arguments] && PickleNames.Make(global, arguments) is { } made ? made
                    : throw Fault(at, "what shall be made is no tensor, or not made as tensors are"));
                return true;
            case (byte)'b': // BUILD: attributes of a mapping, which tell nothing about its tensors
                Push(Top(2) is [PickleDictionary or PickleUnread, _] both
                    ? both[0] : throw Fault(at, "attributes are set on what is neither a mapping nor left unread"));
                return true;
            case (byte)'Q': // BINPERSID
                Push(PickleNames.Storage(Pop()) ?? throw Fault(at, "a reference names no storage of numbers"));
                return true;
            default:
                return false;
        }
    }

    private bool Memo(byte instruction)
    {
        switch (instruction)
        {
            case (byte)'q': _memo[Bytes(1)[0]] = Peek(); return true;
            case (byte)'r': _memo[Length()] = Peek(); return true;
            case 0x94: _memo[_memo.Count] = Peek(); return true;
            case (byte)'h': Push(Recall(Bytes(1)[0])); return true;
            case (byte)'j': Push(Recall(Length())); return true;
            default: return false;
        }
    }

    private PickleGlobal Known(int at, PickleGlobal global) => PickleNames.Allows(global) ? global : throw Fault(
        at, $"it names '{ErrorText.OneLine(global.ToString())}', expected nothing but tensors and numbers: torch.save(model.state_dict(), FILE)");

    private void Extend(object?[] values)
    {
        var list = Peek() as List<object?> ?? throw Fault(_position - 1, "values are appended to what is no list");
        list.AddRange(values);
    }

    private void Set(object?[] entries)
    {
        var target = Peek() as PickleDictionary ?? throw Fault(_position - 1, "entries are added to what is no mapping");
        for (int i = 0; i + 1 < entries.Length; i += 2)
        {
            target.Entries.Add((entries[i] is string or long ? entries[i]! : throw Fault(_position - 1, "a key is neither a text nor a whole number"),
                entries[i + 1]));
        }
    }

    private void Push(object? value)
    {
        if (++_objects > MaxObjects)
        {
            throw Fault(_position, $"it makes more than {MaxObjects} objects");
        }
        _stack.Add(value);
    }

    private object? Pop() => Top(1)[0];

    // The uppermost values of the stack, which are taken off; those below a mark belong to another container.
    private object?[] Top(int count)
    {
        int bottom = _marks.TryPeek(out int mark) ? mark : 0;
        if (count < 0 || _stack.Count - count < bottom)
        {
            throw Fault(_position - 1, "it takes more from the stack than there is");
        }
        object?[] values = [.. _stack.GetRange(_stack.Count - count, count)];
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    private object? Peek() => _stack.Count > 0 ? _stack[^1] : throw Fault(_position - 1, "it reads from an empty stack");

    private int Mark() => _marks.TryPop(out int mark) && mark <= _stack.Count ? mark : throw Fault(_position - 1, "a container ends that did not begin");

    private object? Recall(int key) => _memo.TryGetValue(key, out object? value) ? value : throw Fault(_position - 1, $"there is no object {key} to use again");

    private long Long(int length)
    {
        if (length > 8)
        {
            throw Fault(_position, $"a whole number has {length} bytes, expected at most 8");
        }
        long value = 0;
        var bytes = Bytes(length);
        for (int i = length - 1; i >= 0; i--)
        {
            value = (value << 8) | (i == length - 1 ? (long)(sbyte)bytes[i] : bytes[i]);
        }
        return value;
    }

    private int Length() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)) is >= 0 and var length
        ? length : throw Fault(_position - 4, "a length is negative");

    private string Utf8(int length) => Encoding.UTF8.GetString(Bytes(length));

    private string Line()
    {
        int end = _bytes.AsSpan(_position).IndexOf((byte)'\n');
        string line = end < 0 ? throw Fault(_position, "it was cut short") : Utf8(end);
        _position++;
        return line;
    }

    private ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > _bytes.Length - _position)
        {
            throw Fault(_position, "it was cut short");
        }
        _position += count;
        return _bytes.AsSpan(_position - count, count);
    }

    private FormatException Fault(int at, string what) => new($"{_source}: the pickle is refused at byte {at}: {what}");
}
