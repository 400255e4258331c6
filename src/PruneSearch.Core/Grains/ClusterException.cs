namespace PruneSearch.Core.Grains;

/// <summary>
/// A cluster could not do what it was asked: it cannot be reached, its database or its store is away, or something in it failed.
/// It is what crosses the wire in place of exceptions that only a silo knows; the message is one line.
/// </summary>
/// <param name="inner">The error behind it.</param>
public sealed class ClusterException(string message, Exception? inner = null) : IOException(ErrorText.OneLine(message), inner)
{
    /// <summary>
    /// The one that another exception was made of: Orleans puts those of grain state into its own; <see langword="null"/> when there is none.
    /// </summary>
    public static ClusterException? Within(Exception? e) => e is null or ClusterException ? (ClusterException?)e : Within(e.InnerException);

    /// <summary>Under what the silo that failed tells more in its log; <see langword="null"/> when no silo did.</summary>
    public string? ErrorId { get; init; }

    /// <summary>Whether it passes by itself, like a database that restarts: the same call may succeed later.</summary>
    public bool IsPassing { get; init; }
}

/// <summary>How it travels: the error behind it stays where it happened.</summary>
[GenerateSerializer, Alias("prunesearch.ClusterException")]
internal struct ClusterExceptionSurrogate
{
    [Id(0)]
    public string Message;

    [Id(1)]
    public string? ErrorId;

    [Id(2)]
    public bool IsPassing;
}

/// <summary>To and from the form that travels.</summary>
[RegisterConverter]
internal sealed class ClusterExceptionConverter : IConverter<ClusterException, ClusterExceptionSurrogate>
{
    public ClusterException ConvertFromSurrogate(in ClusterExceptionSurrogate surrogate) =>
        new(surrogate.Message) { ErrorId = surrogate.ErrorId, IsPassing = surrogate.IsPassing };

    public ClusterExceptionSurrogate ConvertToSurrogate(in ClusterException value) =>
        new() { Message = value.Message, ErrorId = value.ErrorId, IsPassing = value.IsPassing };
}
