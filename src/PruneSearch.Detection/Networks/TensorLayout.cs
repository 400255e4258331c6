using System.Runtime.InteropServices;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;

namespace PruneSearch.Detection.Networks;

/// <summary>
/// Where each tensor of a network lies in one buffer of float32, so that a few operations on the buffer change all of them. First come the trainable
/// tensors that decay, then the other trainable ones, then those that do not train, such as running means; in each part they have the network's order.
/// Every tensor begins at a multiple of 64 bytes, as in memory of its own (see <see cref="AlignedTensor"/>), and the numbers between two are zeros.
/// Kernels lie there with channels last. A buffer takes at most 2 GiB, which is some 500 million numbers.
/// </summary>
internal sealed class TensorLayout
{
    private const int Alignment = 16; // numbers

    private readonly Dictionary<string, (long Start, TensorDeclaration Tensor)> _places = new(StringComparer.Ordinal);

    /// <summary>Gives each tensor of a network its place.</summary>
    public TensorLayout(Network network)
    {
        (Decaying, Trainable, Length) = (End(0), End(1), End(2));

        long End(int part)
        {
            foreach (var tensor in network.Tensors.Where(t => PartOf(t) == part))
            {
                _places.Add(tensor.Name, (Length, tensor));
                Length += Size(tensor);
            }
            return Length;
        }
    }

    /// <summary>Numbers of the buffer.</summary>
    public long Length { get; private set; }

    /// <summary>Numbers of the trainable tensors, which are the first ones.</summary>
    public long Trainable { get; }

    /// <summary>Numbers of the trainable tensors of two dimensions or more, which come first of all: kernels decay; biases, shifts and scales do not.</summary>
    public long Decaying { get; }

    /// <summary>Where a tensor begins, and how many numbers it takes with the zeros behind it.</summary>
    public (long Start, long Length) PlaceOf(string name) => (_places[name].Start, Size(_places[name].Tensor));

    /// <summary>A tensor in a buffer that holds all tensors, or the trainable ones; the caller owns it.</summary>
    /// <returns>A leaf without gradient. That others in the buffer change does not concern autograd, which counts the changes of each for itself.</returns>
    public Tensor View(Tensor buffer, string name)
    {
        using var numbers = Strided(buffer, _places[name]);
        return empty([0], device: buffer.device).set_(numbers);
    }

    /// <summary>Puts values of all tensors into a new buffer; the caller owns it.</summary>
    public Tensor Pack(Func<string, WeightTensor> values, Device device)
    {
        using var scope = NewDisposeScope();
        var buffer = zeros([Length]);
        foreach (var (name, place) in _places)
        {
            float[] source = values(name).Values;
            if (HasChannelsLast(place.Tensor))
            {
                using var inner = NewDisposeScope();
                Strided(buffer, place).copy_(AlignedTensor.Of(source, ShapeOf(place.Tensor)));
            }
            else
            {
                source.CopyTo(Numbers(buffer, place));
            }
        }
        return buffer.to(device).MoveToOuterDisposeScope();
    }

    /// <summary>Overwrites a tensor in a buffer.</summary>
    /// <exception cref="FormatException">There is no such tensor, or it has another shape.</exception>
    public void Write(Tensor buffer, string name, WeightTensor values)
    {
        if (!_places.TryGetValue(name, out var place) || !place.Tensor.Shape.SequenceEqual(values.Shape))
        {
            throw new FormatException($"Tensor '{name}' [{string.Join(", ", values.Shape)}] does not fit this network.");
        }
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        View(buffer, name).copy_(AlignedTensor.Of(values.Values, ShapeOf(place.Tensor)));
    }

    /// <summary>Copies tensors out of a buffer, row-major.</summary>
    /// <param name="buffer">Numbers of all tensors, or of the trainable ones, on any device.</param>
    /// <param name="names">Which ones.</param>
    public IEnumerable<(string Name, WeightTensor Values)> Unpack(Tensor buffer, IEnumerable<string> names)
    {
        using var host = buffer.cpu(); // one transfer
        foreach (string name in names)
        {
            using var scope = NewDisposeScope();
            var place = _places[name];
            float[] values = HasChannelsLast(place.Tensor) ? Strided(host, place).contiguous().data<float>().ToArray() : Numbers(host, place).ToArray();
            yield return (name, new WeightTensor(place.Tensor.Shape, values));
        }
    }

    private static int PartOf(TensorDeclaration tensor) => tensor switch
    {
        { Trainable: true, Shape.Count: > 1 } => 0,
        { Trainable: true } => 1,
        _ => 2,
    };

    private static long Size(TensorDeclaration tensor) => (tensor.Length + Alignment - 1) / Alignment * Alignment;

    private static long[] ShapeOf(TensorDeclaration tensor) => [.. tensor.Shape.Select(d => (long)d)];

    // With one input or one tap both orders are the same; torch takes its fast paths by the strides, which are row-major then.
    private static bool HasChannelsLast(TensorDeclaration tensor) => tensor.Shape is [_, > 1, int height, int width] && height * width > 1;

    private static Tensor Strided(Tensor buffer, (long Start, TensorDeclaration Tensor) place)
    {
        long[] shape = ShapeOf(place.Tensor), strides = new long[shape.Length];
        int[] fromLast = HasChannelsLast(place.Tensor) ? [1, 3, 2, 0] : [.. Enumerable.Range(0, shape.Length).Reverse()];
        long stride = 1;
        foreach (int dimension in fromLast)
        {
            strides[dimension] = stride;
            stride *= shape[dimension];
        }
        return buffer.as_strided(shape, strides, place.Start);
    }

    private static Span<float> Numbers(Tensor host, (long Start, TensorDeclaration Tensor) place) =>
        MemoryMarshal.Cast<byte, float>(host.bytes).Slice((int)place.Start, (int)place.Tensor.Length);
}
