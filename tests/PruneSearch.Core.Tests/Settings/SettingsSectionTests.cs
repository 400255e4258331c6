using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using PruneSearch.Core.Settings;

namespace PruneSearch.Core.Tests.Settings;

/// <summary>Settings stand on records; these are made up like those of a detector that several families share.</summary>
public sealed class SettingsSectionTests
{
    private enum Shape
    {
        Round,
        VeryFlat,
    }

    private sealed record Machine
    {
        [Inline]
        public required Engine Engine { get; init; }

        [Description("What it is called."), Identifier(8)]
        public required string Name { get; init; }

        [SettingKey("how-many"), Description("Wheels."), Range(1, 8), MinLength(1)]
        public IReadOnlyList<int> Wheels { get; init; } = [4];
    }

    private sealed record Engine : IHasForms
    {
        public static SettingsForms Forms => new(
            "fuel", "What it burns.", new("coal", new Engine { Options = new Coal(), Power = 5 }), new("oil", new Engine { Options = new Oil() }))
        { HasDefault = true };

        [Description("In kW."), Range(0.0, 10.0, MinimumIsExclusive = true)]
        public double Power { get; init; } = 1;

        [Inline]
        public required object Options { get; init; }
    }

    private sealed record Coal
    {
        [Description("Of the pieces.")]
        public Shape Shape { get; init; } = Shape.VeryFlat;
    }

    private sealed record Oil
    {
        [Description("Whether it is filtered.")]
        public bool Filtered { get; init; }
    }

    private static readonly SettingsSection Section = SettingsSection.Of<Machine>();

    [Fact]
    public void Keys_types_and_defaults_are_those_of_the_properties()
    {
        Assert.Equal(["name", "how-many"], Section.Common.Select(s => s.Key));
        Assert.Equal([true, false], Section.Common.Select(s => s.Required));
        Assert.Equal(new SettingType.Several(new SettingType.WholeNumber(1, 8), 1), Section.Common[1].Type);
        Assert.Equal([4], Assert.IsType<object[]>(Section.Common[1].Default));
    }

    [Fact]
    public void A_form_has_its_own_settings_and_defaults_however_deep_they_stand()
    {
        Assert.Equal(("fuel", "coal", false), (Section.FormKey!.Key, Section.FormKey.Default, Section.FormKey.Required));
        Assert.Equal(["power", "shape"], Section.Forms[0].Own.Select(s => s.Key));
        Assert.Equal(new object?[] { 5.0, "very-flat" }, Section.Forms[0].Own.Select(s => s.Default));
        Assert.Equal(["power", "filtered", "name", "how-many"], Section.All("oil").Select(s => s.Key));
    }

    [Fact]
    public void A_value_goes_into_a_copy_and_leaves_the_defaults_alone()
    {
        var shape = Section.Forms[0].Own[1];
        var machine = shape.With((Machine)Section.Create("coal"), Shape.Round);
        machine = Section.Common[1].With(machine, new List<object> { 2, 3 });

        Assert.Equal(new Coal { Shape = Shape.Round }, machine.Engine.Options);
        Assert.Equal([2, 3], machine.Wheels);
        Assert.Equal(Shape.VeryFlat, shape.Get(Section.Create("coal")));
        Assert.Equal(new Oil(), ((Machine)Section.Create("oil")).Engine.Options);
    }

    [Fact]
    public void A_number_without_a_range_is_a_mistake_that_is_named()
    {
        var e = Assert.Throws<InvalidOperationException>(SettingsSection.Of<Endless>);
        Assert.Contains("Endless.Count", e.Message, StringComparison.Ordinal);
    }

    private sealed record Endless
    {
        [Description("Without end.")]
        public int Count { get; init; }
    }

    [Fact]
    public void Names_of_values_are_those_of_the_json_and_unknown_ones_are_told_with_the_known()
    {
        Assert.Equal(["round", "very-flat"], EnumNames.Of<Shape>());
        Assert.Equal(Shape.VeryFlat, EnumNames.Parse<Shape>("very-flat"));
        Assert.Contains("round, very-flat", Assert.Throws<ArgumentException>(() => EnumNames.Parse<Shape>("flat")).Message, StringComparison.Ordinal);
    }
}
