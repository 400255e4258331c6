namespace PruneSearch.Client.SearchFiles.Schema;

/// <summary>A key of a mapping in the search file: what may stand there, whether it must, and what holds when it does not.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Type">What may stand there.</param>
/// <param name="Description">For the guide and for editors.</param>
internal sealed record Key(string Name, KeyType Type, string Description)
{
    /// <summary>Whether it must stand there.</summary>
    public bool Required { get; init; }

    /// <summary>Its value when it does not; <see langword="null"/> for none.</summary>
    public object? Default { get; init; }
}

/// <summary>A mapping with its keys.</summary>
internal sealed record Section(IReadOnlyList<Key> Keys)
{
    /// <summary>The key of a name.</summary>
    public Key? Find(string name) => Keys.FirstOrDefault(k => k.Name == name);
}

/// <summary>What may stand at a key.</summary>
internal abstract record KeyType
{
    private KeyType()
    {
    }

    /// <summary>Text of 1 to <paramref name="MaxLength"/> characters.</summary>
    public sealed record Text(int MaxLength = 200) : KeyType;

    /// <summary>Letters, digits and hyphens, beginning with a letter.</summary>
    public sealed record Identifier(int MaxLength) : KeyType;

    /// <summary>A path relative to the search file.</summary>
    public sealed record FilePath : KeyType;

    /// <summary>One of several words.</summary>
    public sealed record Choice(IReadOnlyList<string> Values) : KeyType;

    /// <summary>A whole number.</summary>
    public sealed record Integer(int Min, int Max) : KeyType;

    /// <summary>A number.</summary>
    public sealed record Number(double Min, double Max, bool MinExclusive = false, bool MaxExclusive = false) : KeyType;

    /// <summary>true or false.</summary>
    public sealed record Flag : KeyType;

    /// <summary>At least <paramref name="Min"/> different values.</summary>
    public sealed record Several(KeyType Item, int Min) : KeyType;

    /// <summary>A mapping.</summary>
    public sealed record Mapping(Section Section) : KeyType;

    /// <summary>A mapping whose keys depend on the value of one of them.</summary>
    public sealed record Variant(string Discriminator, IReadOnlyList<(string Value, Section Section)> Variants) : KeyType;
}
