namespace PruneSearch.Core.Networks;

/// <summary>
/// Puts a network together layer by layer. Each method returns the new layer's name, to be given to the next. Channel
/// groups are declared where their channels are produced; every other place that holds them follows from the layers.
/// </summary>
public sealed class NetworkBuilder
{
    private readonly Dictionary<string, Layer> _layers = [];
    private readonly List<Layer> _order = [];
    private readonly Dictionary<string, ChannelGroup> _groups = [];
    private readonly List<ChannelGroup> _groupOrder = [];
    private readonly List<NetworkOutput> _outputs = [];
    private readonly List<LayerBlock> _blocks = [];
    private readonly IReadOnlyDictionary<string, int> _widths;

    /// <summary>Starts a network without layers.</summary>
    /// <param name="widths">Widths of groups that differ from their dense width.</param>
    public NetworkBuilder(IReadOnlyDictionary<string, int>? widths = null) => _widths = widths ?? new Dictionary<string, int>();

    /// <summary>Declares the input picture.</summary>
    public string Input(string name, int channels, int height, int width) =>
        Add(new InputLayer { Name = name, Inputs = [], Output = new(ChannelLayout.Fixed(channels), height, width) });

    /// <summary>Declares a channel group, or returns it when it stands already (residual chains, grouped outputs).</summary>
    /// <exception cref="ArgumentException">Its width is outside 1 to <paramref name="denseWidth"/>, or it was declared with another one.</exception>
    public ChannelGroup Group(string name, ChannelGroupKind kind, int denseWidth)
    {
        if (_groups.TryGetValue(name, out var known))
        {
            return known.DenseWidth == denseWidth && known.Kind == kind ? known
                : throw new ArgumentException($"Channel group '{name}' stands already as {known.Kind} of {known.DenseWidth} channels; asked for {kind} " +
                    $"of {denseWidth}.");
        }
        var group = new ChannelGroup(name, kind, denseWidth, _widths.GetValueOrDefault(name, denseWidth));
        _groups.Add(name, group);
        _groupOrder.Add(group);
        return group;
    }

    /// <summary>Adds a convolution whose output is one channel group.</summary>
    public string Conv(string name, string input, ChannelGroup output, int kernel, int stride = 1, PaddingStyle padding = PaddingStyle.TensorFlowSame,
        bool bias = true) =>
        Conv(name, input, ChannelLayout.Of(output), kernel, stride, padding, bias);

    /// <summary>Adds a convolution over all channels, or within equal groups of them.</summary>
    /// <param name="name">Layer name.</param>
    /// <param name="input">Layer to read.</param>
    /// <param name="kernel">Kernel rows and columns.</param>
    /// <param name="stride">Step.</param>
    /// <param name="padding">Padding rule.</param>
    /// <param name="bias">Whether it adds a bias.</param>
    /// <param name="groups">Convolution groups. Input and output must each consist of that many equal layouts in a row.</param>
    /// <exception cref="ArgumentException">Input or output channels do not divide into <paramref name="groups"/> equal layouts.</exception>
    public string Conv(string name, string input, ChannelLayout output, int kernel, int stride = 1, PaddingStyle padding = PaddingStyle.TensorFlowSame,
        bool bias = true, int groups = 1)
    {
        var from = Find(input);
        foreach (var layout in (ChannelLayout[])[from.Channels, output])
        {
            layout.RequireParts(name, groups);
        }
        return AddConv(name, from, padding, new(output, kernel, stride, bias, groups));
    }

    /// <summary>Adds a depthwise convolution: every channel has a kernel of its own and stays itself.</summary>
    public string Depthwise(string name, string input, int kernel, int stride = 1, PaddingStyle padding = PaddingStyle.TensorFlowSame, bool bias = true)
    {
        var from = Find(input);
        return AddConv(name, from, padding, new(from.Channels, kernel, stride, bias, from.Channels.Width, Depthwise: true));
    }

    /// <summary>Adds a convolution that uses the tensors of another one on a different feature map (heads shared over levels).</summary>
    /// <param name="name">Layer name.</param>
    /// <param name="input">Layer to read; it has the channel groups that the other convolution reads.</param>
    /// <param name="weightsOf">The convolution whose kernel, stride, bias and tensors it shares.</param>
    /// <param name="padding">Padding rule.</param>
    /// <exception cref="ArgumentException">There is no such convolution, or its input has other channel groups.</exception>
    public string SharedConv(string name, string input, string weightsOf, PaddingStyle padding = PaddingStyle.TensorFlowSame)
    {
        var from = Find(input);
        if (Find(weightsOf) is not ConvLayer owner)
        {
            throw new ArgumentException($"'{name}' cannot share the tensors of '{weightsOf}': that is no convolution.");
        }
        if (!from.Channels.Equals(owner.InputChannels))
        {
            throw new ArgumentException($"'{name}' cannot share the tensors of '{weightsOf}', which reads {owner.InputChannels}: its input is " +
                $"{Layer.Describe(from)}.");
        }
        var like = new Kernels(owner.Channels, owner.Kernel, owner.Stride, owner.Bias, owner.Groups, owner.Depthwise, owner.WeightsOf ?? weightsOf);
        return AddConv(name, from, padding, like);
    }

    /// <summary>Adds a batch normalisation.</summary>
    public string BatchNorm(string name, string input, double epsilon = 1e-3) =>
        Add(new BatchNormLayer { Name = name, Inputs = [input], Output = Find(input).Output, Epsilon = epsilon });

    /// <summary>Adds a batch normalisation that uses the tensors of another one on a different feature map.</summary>
    /// <param name="name">Layer name.</param>
    /// <param name="input">Layer to read; it has the channel groups that the other norm reads.</param>
    /// <param name="tensorsOf">The norm whose tensors it shares.</param>
    /// <exception cref="ArgumentException">There is no such norm, or its input has other channel groups.</exception>
    public string SharedBatchNorm(string name, string input, string tensorsOf)
    {
        var from = Find(input);
        if (Find(tensorsOf) is not BatchNormLayer owner || !from.Channels.Equals(owner.Channels))
        {
            throw new ArgumentException($"'{name}' cannot share the tensors of '{tensorsOf}': no batch norm of the channels of {Layer.Describe(from)}.");
        }
        return Add(new BatchNormLayer { Name = name, Inputs = [input], Output = from.Output, Epsilon = owner.Epsilon, TensorsOf = owner.Tensors });
    }

    /// <summary>Adds an elementwise function.</summary>
    public string Activation(string name, string input, ActivationFunction function) =>
        Add(new ActivationLayer { Name = name, Inputs = [input], Output = Find(input).Output, Function = function });

    /// <summary>Adds feature maps up.</summary>
    /// <exception cref="ArgumentException">They differ in channels or size.</exception>
    public string Sum(string name, params string[] inputs)
    {
        var from = inputs.Select(Find).ToArray();
        if (from.FirstOrDefault(f => f.Output != from[0].Output) is { } other)
        {
            throw new ArgumentException(
                $"'{name}' cannot add {Layer.Describe(from[0])} and {Layer.Describe(other)}: sums need the same channel groups and size.");
        }
        return Add(new AddLayer { Name = name, Inputs = inputs, Output = from[0].Output });
    }

    /// <summary>Adds a branch to what it reads; it can be left out as a whole. See <see cref="LayerBlock"/>.</summary>
    /// <exception cref="ArgumentException">They differ in channels or size, or the branch reads something else or has no group of its own.</exception>
    public string Residual(string block, string name, string branch, string shortcut)
    {
        _blocks.Add(LayerBlock.Residual(block, name, branch, shortcut, _order));
        return Sum(name, branch, shortcut);
    }

    /// <summary>Lets layers in a row be left out as a whole. See <see cref="LayerBlock"/>.</summary>
    /// <param name="block">What they are called together.</param>
    /// <param name="ends">The last of them and what the first reads, at each place that has them.</param>
    /// <exception cref="ArgumentException">They read something else, or not one channel group becomes one other that is as wide.</exception>
    public void Omissible(string block, IReadOnlyList<BlockEnd> ends) => _blocks.Add(LayerBlock.InARow(block, ends, _order, _groups));

    /// <summary>Multiplies a feature map by a scale for each channel.</summary>
    /// <exception cref="ArgumentException">Their channel groups differ, or the scale is not 1 × 1.</exception>
    public string Scale(string name, string input, string scale)
    {
        Layer from = Find(input), by = Find(scale);
        if (by.Output != from.Output with { Height = 1, Width = 1 })
        {
            throw new ArgumentException($"'{name}' cannot scale {Layer.Describe(from)} by {Layer.Describe(by)}: it needs the same channel groups at 1 × 1.");
        }
        return Add(new ScaleLayer { Name = name, Inputs = [input, scale], Output = from.Output });
    }

    /// <summary>Stacks feature maps of one size along the channels.</summary>
    /// <exception cref="ArgumentException">Their sizes differ.</exception>
    public string Concat(string name, params string[] inputs)
    {
        var from = inputs.Select(Find).ToArray();
        if (from.Any(f => f.Height != from[0].Height || f.Width != from[0].Width))
        {
            throw new ArgumentException($"'{name}' cannot stack {string.Join(", ", from.Select(Layer.Describe))}: their sizes differ.");
        }
        var channels = ChannelLayout.Concat(from.Select(f => f.Channels));
        return Add(new ConcatLayer { Name = name, Inputs = inputs, Output = from[0].Output with { Channels = channels } });
    }

    /// <summary>Enlarges a feature map to the size of another.</summary>
    public string UpsampleTo(string name, string input, string like)
    {
        Layer from = Find(input), target = Find(like);
        return Add(new UpsampleLayer { Name = name, Inputs = [input], Output = target.Output with { Channels = from.Channels } });
    }

    /// <summary>Takes the maximum over windows.</summary>
    public string MaxPool(string name, string input, int kernel, int stride, PaddingStyle padding)
    {
        var from = Find(input);
        var pad = Padding.For(padding, from.Height, from.Width, kernel, stride);
        var output = from.Output.Slid(pad, kernel, stride, from.Channels);
        return Add(new MaxPoolLayer { Name = name, Inputs = [input], Output = output, Kernel = kernel, Stride = stride, Padding = pad });
    }

    /// <summary>Takes the mean over all positions.</summary>
    public string GlobalAveragePool(string name, string input) =>
        Add(new GlobalAveragePoolLayer { Name = name, Inputs = [input], Output = new(Find(input).Channels, 1, 1) });

    /// <summary>Moves blocks of positions into the channels.</summary>
    /// <exception cref="ArgumentException">The size is no multiple of the block.</exception>
    public string SpaceToDepth(string name, string input, int block)
    {
        var from = Find(input);
        if (from.Height % block != 0 || from.Width % block != 0)
        {
            throw new ArgumentException($"'{name}' cannot split {Layer.Describe(from)} into blocks of {block}.");
        }
        var moved = new FeatureMap(from.Channels.Repeat(block * block), from.Height / block, from.Width / block);
        return Add(new SpaceToDepthLayer { Name = name, Inputs = [input], Output = moved, Block = block });
    }

    /// <summary>Declares an output collected from prediction heads.</summary>
    public void Output(string name, IReadOnlyList<string> heads, int values) => _outputs.Add(new NetworkOutput(name, heads, values));

    /// <summary>Rows and columns of a layer's output.</summary>
    public (int Height, int Width) SizeOf(string layer) => (Find(layer).Height, Find(layer).Width);

    /// <summary>The network of all that was added.</summary>
    /// <exception cref="ArgumentException">A width is for no group of the network, or an output has the name of a layer or of another output.</exception>
    public Network Build()
    {
        Network.RequireGroups(_widths.Keys, _groups.Keys);
        NetworkOutput.RequireOwnNames(_outputs, _layers.Keys);
        return new Network(_order, _outputs, _groupOrder, _blocks);
    }

    private readonly record struct Kernels(ChannelLayout Output, int Size, int Stride, bool Bias, int Groups, bool Depthwise = false, string? WeightsOf = null);

    private string AddConv(string name, Layer from, PaddingStyle padding, Kernels kernels)
    {
        var pad = Padding.For(padding, from.Height, from.Width, kernels.Size, kernels.Stride);
        return Add(new ConvLayer
        {
            Name = name,
            Inputs = [from.Name],
            Output = from.Output.Slid(pad, kernels.Size, kernels.Stride, kernels.Output),
            InputChannels = from.Channels,
            Kernel = kernels.Size,
            Stride = kernels.Stride,
            Padding = pad,
            Groups = kernels.Groups,
            Depthwise = kernels.Depthwise,
            Bias = kernels.Bias,
            WeightsOf = kernels.WeightsOf,
        });
    }

    private Layer Find(string name) => _layers.GetValueOrDefault(name) ?? throw new ArgumentException($"There is no layer '{name}' to read from.");

    private string Add(Layer layer)
    {
        if (!_layers.TryAdd(layer.Name, layer))
        {
            throw new ArgumentException($"There is a layer '{layer.Name}' already.");
        }
        _order.Add(layer);
        return layer.Name;
    }
}
