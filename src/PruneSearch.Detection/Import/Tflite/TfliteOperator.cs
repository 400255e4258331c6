namespace PruneSearch.Detection.Import.Tflite;

/// <summary>One operation. What its kind does not have is left at its default.</summary>
internal sealed record TfliteOperator
{
    public const int Add = 0, Concatenation = 2, Conv2D = 3, DepthwiseConv2D = 4, Dequantize = 6, Logistic = 14, Relu6 = 21,
        Reshape = 22, Softmax = 25, CustomCode = 32, Squeeze = 43;

    /// <summary>Value of <see cref="Activation"/> for min(max(x, 0), 6).</summary>
    public const int FusedRelu6 = 3;

    /// <summary>Number of the kind (BuiltinOperator in the schema).</summary>
    public required int Code { get; init; }

    /// <summary>Name of the kind where <see cref="Code"/> says custom.</summary>
    public required string Custom { get; init; }

    /// <summary>Indices of tensors; −1 where an optional one is left out.</summary>
    public required IReadOnlyList<int> Inputs { get; init; }

    public required IReadOnlyList<int> Outputs { get; init; }

    /// <summary>Padding by TensorFlow's rule SAME instead of none.</summary>
    public bool Same { get; init; }

    public (int Rows, int Columns) Strides { get; init; }

    public bool Dilated { get; init; }

    /// <summary>Function that is applied to the result; 0 for none.</summary>
    public int Activation { get; init; }

    public bool IsConvolution => Code is Conv2D or DepthwiseConv2D;

    public string Kind => Code switch
    {
        Add => "ADD",
        Concatenation => "CONCATENATION",
        Conv2D => "CONV_2D",
        DepthwiseConv2D => "DEPTHWISE_CONV_2D",
        Dequantize => "DEQUANTIZE",
        Logistic => "LOGISTIC",
        Relu6 => "RELU6",
        Reshape => "RESHAPE",
        Softmax => "SOFTMAX",
        Squeeze => "SQUEEZE",
        CustomCode => $"custom '{Custom}'",
        _ => $"number {Code}",
    };
}
