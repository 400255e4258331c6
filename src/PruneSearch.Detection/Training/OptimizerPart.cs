using PruneSearch.Detection.Networks;
using TorchSharp;

namespace PruneSearch.Detection.Training;

/// <summary>A stretch of trainable tensors that lie behind one another, with their gradients and moments: what an optimizer changes at once.</summary>
internal sealed class OptimizerPart : IDisposable
{
    // Small enough that what one operation wrote is still in a processor's cache for the next one; a GPU takes all at once.
    private const long NumbersOnCpu = 1 << 18;

    private OptimizerPart(Tensor weights, Tensor gradients, IEnumerable<Tensor> moments, long start, long length, long decaying)
    {
        Weights = Stretch(weights, length);
        Gradients = Stretch(gradients, length);
        Moments = [.. moments.Select(m => Stretch(m, length))];
        if (decaying > start)
        {
            Decaying = Stretch(weights, Math.Min(length, decaying - start));
            DecayingGradients = Stretch(gradients, Math.Min(length, decaying - start));
        }

        Tensor Stretch(Tensor numbers, long count) => numbers.narrow(0, start, count).DetachFromDisposeScope();
    }

    /// <summary>The weights <c>[numbers]</c>.</summary>
    public Tensor Weights { get; }

    /// <summary>Their gradients.</summary>
    public Tensor Gradients { get; }

    /// <summary>Their moments, by the order in which the optimizer named them.</summary>
    public IReadOnlyList<Tensor> Moments { get; }

    /// <summary>The first weights, which decay; <see langword="null"/> where none does.</summary>
    public Tensor? Decaying { get; }

    /// <summary>Gradients of <see cref="Decaying"/>.</summary>
    public Tensor? DecayingGradients { get; }

    /// <summary>All tensors that a gradient has reached, in as few parts as are good for the device.</summary>
    public static IEnumerable<OptimizerPart> Of(TorchNetwork network, GradientBuffer gradients, IReadOnlyList<Tensor> moments)
    {
        long longest = network.Device.type == DeviceType.CPU ? NumbersOnCpu : long.MaxValue;
        var places = gradients.Reached.Select(network.Layout.PlaceOf).Order().ToList();
        for (int i = 0; i < places.Count;)
        {
            long start = places[i].Start, end = start;
            for (; i < places.Count && places[i].Start == end; i++)
            {
                end += places[i].Length;
            }
            for (long length; start < end; start += length)
            {
                length = Math.Min(longest, end - start);
                yield return new OptimizerPart(network.Buffer, gradients.Numbers, moments, start, length, network.Layout.Decaying);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in (IEnumerable<Tensor?>)[Weights, Gradients, .. Moments, Decaying, DecayingGradients])
        {
            tensor?.Dispose();
        }
    }
}
