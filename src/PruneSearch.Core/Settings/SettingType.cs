using System.Globalization;

namespace PruneSearch.Core.Settings;

/// <summary>What may stand at a key.</summary>
public abstract record SettingType
{
    private SettingType()
    {
    }

    /// <summary>What is accepted, for messages and the guide: "a whole number from 1 to 64".</summary>
    public abstract string Expected { get; }

    /// <summary>Whether a value of the right type is in the range that there may be.</summary>
    public virtual bool Allows(object value) => true;

    /// <summary>The value that a text stands for; <see langword="null"/> when it is of another type or out of range, and for lists and mappings.</summary>
    public virtual object? Parse(string text) => null;

    /// <summary>Text of 1 to <paramref name="MaxLength"/> characters.</summary>
    public sealed record Text(int MaxLength) : SettingType
    {
        /// <inheritdoc/>
        public override string Expected => $"text of 1 to {MaxLength} characters";

        /// <inheritdoc/>
        public override object? Parse(string text) => IsSaid(text) && text.Length <= MaxLength ? text : null;
    }

    /// <summary>Letters, digits and hyphens, beginning with a letter.</summary>
    public sealed record Identifier(int MaxLength) : SettingType
    {
        /// <inheritdoc/>
        public override string Expected => $"a name of 1 to {MaxLength} letters, digits and hyphens that begins with a letter";

        /// <inheritdoc/>
        public override object? Parse(string text) =>
            text.Length > 0 && text.Length <= MaxLength && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? text : null;
    }

    /// <summary>A file or a folder that exists.</summary>
    public sealed record ExistingPath(bool Folder) : SettingType
    {
        /// <inheritdoc/>
        public override string Expected => "a path relative to the search file";

        /// <inheritdoc/>
        public override object? Parse(string text) => IsSaid(text) ? text : null;
    }

    /// <summary>One of several words, each with the value that it stands for.</summary>
    public sealed record Choice(IReadOnlyList<KeyValuePair<string, object>> Values) : SettingType
    {
        /// <summary>The words as users write them, in the order of the values.</summary>
        public IEnumerable<string> Words => Values.Select(v => v.Key);

        /// <inheritdoc/>
        public override string Expected => Values.Count == 1 ? Values[0].Key : $"one of {string.Join(", ", Words)}";

        /// <inheritdoc/>
        public override object? Parse(string text) => Values.FirstOrDefault(v => v.Key == text).Value;
    }

    /// <summary>A whole number in a range, both ends included.</summary>
    public sealed record WholeNumber(int Min, int Max) : SettingType
    {
        /// <summary>Whether a space takes lists of it alone, and no range.</summary>
        public bool ListsOnly { get; init; }

        /// <inheritdoc/>
        public override string Expected => Max == int.MaxValue ? $"a whole number of at least {Min}" : $"a whole number from {Min} to {Max}";

        /// <inheritdoc/>
        public override bool Allows(object value) => value is int number && number >= Min && number <= Max;

        /// <inheritdoc/>
        public override object? Parse(string text) => PlainNumber.ParseWhole(text) is { } number && number >= Min && number <= Max ? number : null;
    }

    /// <summary>A number in a range, whose ends may be excluded.</summary>
    public sealed record Number(double Min, double Max, bool MinExclusive, bool MaxExclusive) : SettingType
    {
        /// <inheritdoc/>
        public override string Expected => string.Create(
            CultureInfo.InvariantCulture,
            $"a number {(MinExclusive ? "above" : "from")} {Min} {(MaxExclusive ? "and below" : MinExclusive ? "and at most" : "to")} {Max}");

        /// <inheritdoc/>
        public override bool Allows(object value) => value is double number && Contains(number);

        /// <summary>Whether a number is in the range.</summary>
        public bool Contains(double value) => (MinExclusive ? value > Min : value >= Min) && (MaxExclusive ? value < Max : value <= Max);

        /// <inheritdoc/>
        public override object? Parse(string text) => PlainNumber.Parse(text) is { } number && Contains(number) ? number : null;
    }

    /// <summary>true or false.</summary>
    public sealed record Flag : SettingType
    {
        /// <inheritdoc/>
        public override string Expected => "true or false";

        /// <inheritdoc/>
        public override object? Parse(string text) => text is "true" or "false" ? text == "true" : null;
    }

    /// <summary>At least <paramref name="Min"/> different values.</summary>
    public sealed record Several(SettingType Item, int Min) : SettingType
    {
        /// <summary>Whether one item may stand for the list of it.</summary>
        public bool OneAlone { get; init; }

        /// <inheritdoc/>
        public override string Expected => (OneAlone ? $"{Item.Expected}, or " : "") +
            $"a list of {(Min > 1 ? $"at least {Min} different values" : Min == 1 ? "one or more" : "any length")}, each {Item.Expected}";

        /// <inheritdoc/>
        public override bool Allows(object value) => value is System.Collections.IEnumerable items && items.Cast<object>().All(Item.Allows);
    }

    /// <summary>Values that a setting may have: a list of them, or a range where it is a number.</summary>
    public sealed record Domain(SettingType Item) : SettingType
    {
        /// <summary>The list of values that may stand instead of a range.</summary>
        public Several List => new(Item, 1);

        /// <summary>The keys of the range; <see langword="null"/> where there is none.</summary>
        public SettingsSection? Range { get; } = SettingDomain.RangeOf(Item);

        /// <inheritdoc/>
        public override string Expected => $"{(Range is null ? "" : "a mapping with from, to and scale, or ")}{List.Expected}";
    }

    /// <summary>Settings with keys of their own.</summary>
    public sealed record Mapping(SettingsSection Section) : SettingType
    {
        /// <summary>A word that may stand instead, with its value; <see langword="null"/> for none.</summary>
        public Choice? Word { get; init; }

        /// <inheritdoc/>
        public override object? Parse(string text) => Word?.Parse(text);

        /// <inheritdoc/>
        public override string Expected => (Word is { } word ? $"'{word.Expected}' or " : "") + (Section.FormKey is { } form
            ? $"a mapping with '{form.Key}' ({string.Join(", ", Section.Forms.Select(f => f.Word))})"
            : $"a mapping with {string.Join(", ", Section.Common.Select(s => s.Key))}");
    }

    private static bool IsSaid(string text) => text.Trim().Length > 0 && !text.Any(char.IsControl);
}
