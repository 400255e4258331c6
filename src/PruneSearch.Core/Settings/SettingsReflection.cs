using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace PruneSearch.Core.Settings;

/// <summary>Finds the settings that stand on records.</summary>
internal static class SettingsReflection
{
    private const int MaxText = 200;

    /// <summary>The settings of a record.</summary>
    /// <param name="defaults">One with its defaults; made where there is none.</param>
    public static SettingsSection Section(Type type, object? defaults)
    {
        defaults ??= type.IsAbstract ? null : Activator.CreateInstance(type);
        var section = new SettingsSection { Type = type, Common = [.. Settings(type, defaults, [])], Defaults = defaults };
        if (FormsOf(type) is { } forms)
        {
            section = section with { Common = [.. section.Common.Select(s => s with { Default = Shared(s, forms) })] };
            return WithForms(section, forms, [], f => Settings(f.Defaults.GetType(), f.Defaults, []).Where(s => s.Path[0].DeclaringType!.IsSubclassOf(type)));
        }
        return type.GetProperties().FirstOrDefault(p => IsInline(p) && FormsOf(p.PropertyType) is not null) is { } inline
            ? WithForms(section, FormsOf(inline.PropertyType)!, [inline], f => Settings(f.Defaults.GetType(), f.Defaults, [inline]))
            : section;
    }

    private static SettingsSection WithForms(
        SettingsSection section, SettingsForms forms, IReadOnlyList<PropertyInfo> path, Func<SettingsForm, IEnumerable<Setting>> own) => section with
        {
            FormPath = path,
            FormKey = new Setting
            {
                Key = forms.Key,
                Type = new SettingType.Choice([.. forms.All.Select(f => new KeyValuePair<string, object>(f.Word, f.Word))]),
                Description = forms.Description,
                Required = !forms.HasDefault,
                Default = forms.HasDefault ? forms.All[0].Word : null,
                Path = path,
            },
            Forms = [.. forms.All.Select(f => (f.Word, (IReadOnlyList<Setting>)[.. own(f)], f.Defaults))],
        };

    // What every form has may yet have another default in each.
    private static object? Shared(Setting setting, SettingsForms forms)
    {
        var defaults = forms.All.Select(f => Plain(setting.Get(f.Defaults))).Distinct().ToList();
        return defaults.Count == 1 ? defaults[0] : null;
    }

    private static IEnumerable<Setting> Settings(Type type, object? defaults, IReadOnlyList<PropertyInfo> path)
    {
        foreach (var property in type.GetProperties())
        {
            object? value = defaults is null ? null : property.GetValue(defaults);
            if (property.GetCustomAttribute<DescriptionAttribute>() is { } description)
            {
                yield return Setting(property, value, description.Description, path);
            }
            else if (IsInline(property) && FormsOf(property.PropertyType) is null)
            {
                foreach (var setting in Settings(value?.GetType() ?? property.PropertyType, value, [.. path, property]))
                {
                    yield return setting;
                }
            }
        }
    }

    private static Setting Setting(PropertyInfo property, object? value, string description, IReadOnlyList<PropertyInfo> path)
    {
        bool overrides = property.IsDefined(typeof(OverridesAttribute)), required = property.IsDefined(typeof(RequiredMemberAttribute)) && !overrides;
        var type = TypeOf(property.PropertyType, property, value);
        return new Setting
        {
            Key = property.GetCustomAttribute<SettingKeyAttribute>()?.Key ?? JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name),
            Type = overrides ? Overriding((SettingType.Mapping)type)
                : property.GetCustomAttribute<MayLackAttribute>() is { Key: var may } ? Lacking(type, may) : type,
            Description = description,
            Required = required,
            Default = required ? null : Plain(value),
            Path = [.. path, property],
        };
    }

    private static SettingType TypeOf(Type declared, PropertyInfo property, object? value)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        return type.IsEnum ? new SettingType.Choice(EnumNames.All(type))
            : type == typeof(bool) ? new SettingType.Flag()
            : type == typeof(int) ? WholeNumberOf(property)
            : type == typeof(double) ? NumberOf(property)
            : type == typeof(string) ? TextOf(property)
            : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
                ? new SettingType.Several(TypeOf(type.GetGenericArguments()[0], property, null), property.GetCustomAttribute<MinLengthAttribute>()?.Length ?? 0)
                {
                    OneAlone = property.IsDefined(typeof(OneAloneAttribute)),
                }
            : new SettingType.Mapping(Of<SettingsSection>(type, typeof(IHasSection), nameof(IHasSection.Section)) ?? Section(type, value))
            {
                Word = WordOf(type),
            };
    }

    private static SettingType.WholeNumber WholeNumberOf(PropertyInfo property)
    {
        var range = RangeOf(property);
        return new((int)range.Minimum, (int)range.Maximum) { ListsOnly = property.IsDefined(typeof(ListsOnlyAttribute)) };
    }

    private static SettingType.Number NumberOf(PropertyInfo property)
    {
        var range = RangeOf(property);
        return new(Double(range.Minimum), Double(range.Maximum), range.MinimumIsExclusive, range.MaximumIsExclusive);
    }

    private static SettingType TextOf(PropertyInfo property) => property switch
    {
        _ when property.GetCustomAttribute<IdentifierAttribute>() is { } identifier => new SettingType.Identifier(identifier.MaxLength),
        _ when property.GetCustomAttribute<ExistingPathAttribute>() is { } path => new SettingType.ExistingPath(path.Folder),
        _ when property.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed =>
            new SettingType.Choice([.. allowed.Values.Select(v => new KeyValuePair<string, object>((string)v!, v!))]),
        _ => new SettingType.Text(MaxText),
    };

    private static RangeAttribute RangeOf(PropertyInfo property) => property.GetCustomAttribute<RangeAttribute>()
        ?? throw new InvalidOperationException($"{property.DeclaringType!.Name}.{property.Name} is a setting with a number, but has no range.");

    // What a variant leaves out, the whole may say: nothing is required, and the defaults are those of the whole.
    private static SettingType.Mapping Overriding(SettingType.Mapping type) =>
        new(type.Section with { Common = [.. type.Section.Common.Select(s => s with { Required = false, Default = null })] });

    private static SettingType.Mapping Lacking(SettingType type, string key) => type is SettingType.Mapping { Section: var section }
        ? new(section with { Common = [.. section.Common.Select(s => s.Key == key ? s with { Required = false } : s)] })
        : throw new InvalidOperationException($"A setting may lack '{key}', but is no mapping.");

    private static object? Plain(object? value) => value switch
    {
        null or string or bool or int or double => value,
        Enum e => EnumNames.Of(e),
        System.Collections.IEnumerable items => items.Cast<object>().Select(Plain).ToArray() is { Length: > 0 } all ? all : null,
        _ => null,
    };

    private static bool IsInline(PropertyInfo property) => property.IsDefined(typeof(InlineAttribute));

    private static SettingsForms? FormsOf(Type type) => Of<SettingsForms>(type, typeof(IHasForms), nameof(IHasForms.Forms));

    private static SettingType.Choice? WordOf(Type type) =>
        Of<object>(type, typeof(IHasWord), nameof(IHasWord.Word)) is KeyValuePair<string, object> word ? new([word]) : null;

    // What a type says of itself.
    private static T? Of<T>(Type type, Type contract, string property)
        where T : class => type.IsAssignableTo(contract) ? type.GetProperty(property)?.GetValue(null) as T : null;

    private static double Double(object number) => Convert.ToDouble(number, CultureInfo.InvariantCulture);
}
