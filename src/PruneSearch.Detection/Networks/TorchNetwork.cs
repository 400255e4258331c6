using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using TorchSharp;

namespace PruneSearch.Detection.Networks;

/// <summary>
/// Runs a <see cref="Network"/> with TorchSharp. Owns one tensor for each of the network's tensors, by the same names; all of them lie in one buffer.
/// Feature maps keep the memory layout of the picture they come from; give it channels-last strides for speed on CPUs.
/// </summary>
public sealed class TorchNetwork : IDisposable
{

    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _lastUse = new(StringComparer.Ordinal);
    private readonly HashSet<string> _soleReader = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BatchNormLayer> _normAfter; // by the convolution that nothing else reads
    private readonly HashSet<string> _heads;
    private readonly PictureScale _scale;

    /// <summary>Copies weights to a device.</summary>
    /// <param name="network">What to run.</param>
    /// <param name="weights">All of its tensors.</param>
    /// <param name="device">Where; the CPU by default.</param>
    /// <param name="scale">By what pictures are divided and the kernels that read them multiplied while they are in <see cref="Tensors"/>.</param>
    /// <exception cref="FormatException">The weights are not those of the network.</exception>
    public TorchNetwork(Network network, WeightSet weights, Device? device = null, float scale = 1)
    {
        _scale = new PictureScale(network, scale);
        Network = network;
        Device = device ?? CPU;
        weights.RequireFit(network, "weights");
        Layout = new TensorLayout(network);
        Buffer = Layout.Pack(name => _scale.Held(name, weights[name]), Device).DetachFromDisposeScope();
        foreach (var declared in network.Tensors)
        {
            _tensors[declared.Name] = Layout.View(Buffer, declared.Name).requires_grad_(declared.Trainable).DetachFromDisposeScope();
        }
        _heads = [.. network.Outputs.SelectMany(o => o.Heads)];
        for (int i = 0; i < network.Layers.Count; i++)
        {
            foreach (string input in network.Layers[i].Inputs)
            {
                _lastUse[input] = i;
            }
        }
        var readers = network.Layers.SelectMany(l => l.Inputs).CountBy(name => name).ToDictionary();
        _soleReader.UnionWith(readers.Where(r => r.Value == 1 && !_heads.Contains(r.Key)).Select(r => r.Key));
        _normAfter = network.Layers.OfType<BatchNormLayer>().Where(n => _soleReader.Contains(n.Inputs[0]) && network[n.Inputs[0]] is ConvLayer)
            .ToDictionary(n => n.Inputs[0], StringComparer.Ordinal);
    }

    /// <summary>Looks at a layer while the network runs; the tensors are only valid during the call.</summary>
    /// <param name="input">Its first input <c>[N, channels, H, W]</c>, before padding.</param>
    /// <param name="output">Its output <c>[N, channels, H, W]</c>.</param>
    public delegate void Observer(Layer layer, Tensor input, Tensor output);

    /// <summary>The layers that it computes; its tensors are named as there.</summary>
    public Network Network { get; }

    /// <summary>Device of its tensors; inputs must be there, too.</summary>
    public Device Device { get; }

    /// <summary>Number type of convolutions: float32, or bfloat16 with float32 master weights.</summary>
    public ScalarType ConvolutionType { get; set; } = ScalarType.Float32;

    /// <summary>Whether training leaves the statistics of batch norms as they are.</summary>
    public bool FreezesNorms { get; set; }

    /// <summary>All tensors by name; owned by this object.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    /// <summary>The trainable ones, in network order.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Trainable =>
        Network.Tensors.Where(t => t.Trainable).Select(t => KeyValuePair.Create(t.Name, _tensors[t.Name]));

    /// <summary>The numbers of all tensors: what changes them changes <see cref="Tensors"/>.</summary>
    internal Tensor Buffer { get; }

    /// <summary>Where each tensor lies in <see cref="Buffer"/>.</summary>
    internal TensorLayout Layout { get; }

    /// <summary>Computes all outputs; the caller owns them.</summary>
    /// <param name="image">Pictures <c>[N, 3, H, W]</c>.</param>
    /// <param name="training">
    /// Whether batch norms use and update the statistics of this batch. Where a channel has a single value, which has no variance,
    /// they use those that they have, as in evaluation.
    /// </param>
    /// <param name="observe">Called after each layer.</param>
    /// <returns>Output name to <c>[N, boxes, values]</c>, float32.</returns>
    public Dictionary<string, Tensor> Forward(Tensor image, bool training = false, Observer? observe = null) => Forward(image, training, [], observe).Outputs;

    /// <summary>Computes all outputs and keeps feature maps; the caller owns both.</summary>
    /// <param name="image">Pictures <c>[N, 3, H, W]</c>.</param>
    /// <param name="training">As in <see cref="Forward(Tensor, bool, Observer?)"/>.</param>
    /// <param name="keep">
    /// Layers whose outputs are wanted, such as a convolution or a sum reads: what a batch norm or an elementwise function alone reads may be
    /// overwritten, or joined with it.
    /// </param>
    /// <returns>Output name to <c>[N, boxes, values]</c>, and layer name to <c>[N, channels, H, W]</c>.</returns>
    public (Dictionary<string, Tensor> Outputs, Dictionary<string, Tensor> Maps) Forward(Tensor image, bool training, IReadOnlyCollection<string> keep) =>
        Forward(image, training, keep, observe: null);

    private (Dictionary<string, Tensor> Outputs, Dictionary<string, Tensor> Maps) Forward(
        Tensor image, bool training, IReadOnlyCollection<string> keep, Observer? observe)
    {
        using var scope = NewDisposeScope();
        var kept = keep.ToHashSet(StringComparer.Ordinal);
        var maps = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        for (int i = 0; i < Network.Layers.Count; i++)
        {
            var layer = Network.Layers[i];
            var output = layer is InputLayer ? _scale.Picture(image) : Run(layer, maps, training, inPlace: observe is null);
            maps[layer.Name] = output;
            if (observe is not null && layer.Inputs.Count > 0)
            {
                observe(layer, maps[layer.Inputs[0]], output);
            }
            foreach (string input in layer.Inputs)
            {
                if (_lastUse[input] == i && !_heads.Contains(input) && !kept.Contains(input))
                {
                    maps[input].Dispose(); // autograd keeps what it needs
                }
            }
        }
        Heartbeat.Beat();
        return (Network.Outputs.ToDictionary(o => o.Name, o => Collect(o, maps).MoveToOuterDisposeScope()),
            kept.ToDictionary(name => name, name => maps[name].MoveToOuterDisposeScope()));
    }

    /// <summary>Computes one layer in evaluation mode; the caller owns the result.</summary>
    /// <param name="layer">A layer of this network, not the picture.</param>
    /// <param name="maps">Layer name to output <c>[N, channels, H, W]</c> of all layers that it reads.</param>
    public Tensor Evaluate(Layer layer, IReadOnlyDictionary<string, Tensor> maps)
    {
        using var scope = NewDisposeScope();
        return Run(layer, maps, training: false, inPlace: false).MoveToOuterDisposeScope();
    }

    /// <summary>Copies all tensors out.</summary>
    public WeightSet ToWeights() => ToWeights(Buffer);

    /// <summary>Copies tensors out of a buffer that has the layout of this network's, such as one of averages.</summary>
    internal WeightSet ToWeights(Tensor buffer)
    {
        var weights = new WeightSet();
        foreach (var (name, values) in Layout.Unpack(buffer, Network.Tensors.Select(t => t.Name)))
        {
            weights.Add(name, _scale.Given(name, values));
        }
        return weights;
    }

    /// <summary>Overwrites tensors, keeping those that are not named.</summary>
    /// <exception cref="FormatException">A tensor is unknown or has another shape.</exception>
    public void Load(WeightSet weights) => Load(weights, Buffer);

    /// <summary>Overwrites tensors in a buffer that has the layout of this network's.</summary>
    /// <exception cref="FormatException">A tensor is unknown or has another shape.</exception>
    internal void Load(WeightSet weights, Tensor buffer)
    {
        foreach (var (name, values) in weights)
        {
            Layout.Write(buffer, name, _scale.Held(name, values));
        }
    }

    /// <summary>The same values with channels-last strides where the tensor is a stack of feature maps or kernels; returns a new tensor.</summary>
    public static Tensor ChannelsLast(Tensor values)
    {
        if (values.dim() != 4)
        {
            return values.clone();
        }
        using var nhwc = values.permute(0, 2, 3, 1);
        using var packed = nhwc.contiguous();
        return packed.permute(0, 3, 1, 2);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
        Buffer.Dispose();
    }

    private static Tensor Collect(NetworkOutput output, Dictionary<string, Tensor> maps)
    {
        var parts = output.Heads.Select(head => maps[head].permute(0, 2, 3, 1).reshape(maps[head].shape[0], -1, output.Values)).ToArray();
        return cat(parts, 1).to(ScalarType.Float32);
    }

    private Tensor Run(Layer layer, IReadOnlyDictionary<string, Tensor> maps, bool training, bool inPlace)
    {
        var x = maps[layer.Inputs[0]];
        bool learns = is_grad_enabled(), fixes = !training || FreezesNorms; // the statistics of batch norms
        bool folds = fixes && inPlace && (training || !learns); // convolutions answer what the batch norm after them would
        bool overwrites = inPlace && !(folds && learns) && _soleReader.Contains(layer.Inputs[0]);
        return layer switch
        {
            ConvLayer conv when folds && _normAfter.TryGetValue(conv.Name, out var norm) => Folded(conv, norm, x),
            ConvLayer conv => Convolution.Of(conv, x, _tensors[conv.Weight], BiasOf(conv), ConvolutionType),
            BatchNormLayer when folds && _normAfter.ContainsKey(layer.Inputs[0]) => x.alias(),
            BatchNormLayer norm => nn.functional.batch_norm(
                x, Of(norm, "running_mean"), Of(norm, "running_var"), Of(norm, "weight"), Of(norm, "bias"),
                !fixes && ValuesOfChannel(x) > 1, 0.1, norm.Epsilon),
            ActivationLayer activation => LayerFunctions.Activate(activation.Function, x, overwrites),
            AddLayer => layer.Inputs.Skip(1).Aggregate(x, (sum, input) => sum.Plus(maps[input])),
            ScaleLayer => x * maps[layer.Inputs[1]],
            ConcatLayer => cat([.. layer.Inputs.Select(input => maps[input])], 1),
            UpsampleLayer => nn.functional.interpolate(x, size: [layer.Height, layer.Width], mode: InterpolationMode.Nearest),
            MaxPoolLayer pool => LayerFunctions.MaxPool(pool, x),
            GlobalAveragePoolLayer => x.mean([2, 3], keepdim: true),
            SpaceToDepthLayer split => LayerFunctions.SpaceToDepth(split, x),
            _ => throw new NotSupportedException($"Layer '{layer.Name}' has the unknown type {layer.GetType().Name}."),
        };
    }

    private Tensor Folded(ConvLayer conv, BatchNormLayer norm, Tensor x)
    {
        using Scalar epsilon = norm.Epsilon;
        var scale = Of(norm, "weight") * Of(norm, "running_var").Plus(epsilon).rsqrt();
        var shift = Of(norm, "bias") - Of(norm, "running_mean") * scale;
        return Convolution.Of(
            conv, x, _tensors[conv.Weight] * scale.reshape(-1, 1, 1, 1), BiasOf(conv) is { } bias ? (bias * scale).Plus(shift) : shift, ConvolutionType);
    }

    private Tensor? BiasOf(ConvLayer conv) => conv.Bias ? _tensors[conv.BiasName] : null;

    private Tensor Of(BatchNormLayer norm, string tensor) => _tensors[$"{norm.Tensors}.{tensor}"];

    private static long ValuesOfChannel(Tensor map) => map.shape[0] * map.shape[2] * map.shape[3];
}
