namespace PruneSearch.Core.Grains;

/// <summary>
/// Something that a worker says of itself. In a cluster with certificates a worker is only heard under the name in its own: of an argument
/// of this type, or of one with the name <c>worker</c>.
/// </summary>
public interface INamesWorker
{
    /// <summary>Name of the worker.</summary>
    string Worker { get; }
}
