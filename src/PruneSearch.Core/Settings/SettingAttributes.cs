namespace PruneSearch.Core.Settings;

// Ranges, descriptions and numbers of items stand on settings as [Range], [Description] and [MinLength]; here is what .NET has no word for.

/// <summary>The key of a setting where it is not the property's name in kebab case.</summary>
/// <param name="key">As the search file has it.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingKeyAttribute(string key) : Attribute
{
    /// <summary>As the search file has it.</summary>
    public string Key { get; } = key;
}

/// <summary>A record whose settings stand among those of the record that it is part of, without a key of its own.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class InlineAttribute : Attribute;

/// <summary>Settings that hold instead of those of another record: none is required, and what is left out is as in that one.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OverridesAttribute : Attribute;

/// <summary>A setting that the record requires, but that may be left out here: it can stand elsewhere.</summary>
/// <param name="key">As the search file has it.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MayLackAttribute(string key) : Attribute
{
    /// <summary>As the search file has it.</summary>
    public string Key { get; } = key;
}

/// <summary>A name of letters, digits and hyphens that begins with a letter.</summary>
/// <param name="maxLength">Characters at most.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class IdentifierAttribute(int maxLength) : Attribute
{
    /// <summary>Characters at most.</summary>
    public int MaxLength { get; } = maxLength;
}

/// <summary>A list that may be written as its one item.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OneAloneAttribute : Attribute;

/// <summary>A number of which a space takes lists alone: most of those between two of them it cannot be.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListsOnlyAttribute : Attribute;

/// <summary>A file that exists, or a folder; relative to the file that names it, absolute once it is read.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ExistingPathAttribute : Attribute
{
    /// <summary>Whether it is a folder.</summary>
    public bool Folder { get; init; }
}
