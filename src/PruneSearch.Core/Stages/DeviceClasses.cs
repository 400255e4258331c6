namespace PruneSearch.Core.Stages;

/// <summary>Names of device classes: whose slots take a stage.</summary>
public static class DeviceClasses
{
    /// <summary>That of slots that compute on a processor, and whose stages say nothing of it.</summary>
    public const string Cpu = "cpu";

    /// <summary>That of slots that compute on a GPU for CUDA, unless they were told another.</summary>
    public const string Cuda = "cuda";

    /// <summary>Largest number of characters of a name.</summary>
    public const int MaxLength = 100;

    /// <summary>Refuses what cannot be the name of a device class.</summary>
    /// <returns>The name.</returns>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static string Require(string name) =>
        name is { Length: > 0 and <= MaxLength } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? name
            : throw new ArgumentException($"'{ErrorText.OneLine(name)}' is not right, expected 1 to {MaxLength} letters, digits and - _ .");
}
