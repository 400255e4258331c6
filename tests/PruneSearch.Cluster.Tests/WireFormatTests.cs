using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.CodeGeneration;
using Orleans.Serialization;
using PruneSearch.Cluster.Connections;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>
/// What silos of two versions say to each other and leave in the database. <c>WireFormat.txt</c> has all of it as it was last released or landed:
/// something may be added; what is there stays. <c>PRUNESEARCH_UPDATE=1</c> writes it anew.
/// </summary>
public sealed class WireFormatTests
{
    private const string Marker = ", version ";
    private static readonly Assembly[] Ours = [typeof(ISearchGrain).Assembly, typeof(GrainRightsFilter).Assembly];

    [Fact]
    public void What_was_said_and_stored_before_still_is_and_an_interface_that_grew_has_a_higher_version()
    {
        string file = Path.Combine(Path.GetDirectoryName(Here())!, "WireFormat.txt");
        string[] before = File.ReadAllText(file).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] now = [.. Fields().Concat(Calls()).Distinct().Order(StringComparer.Ordinal)];
        string[] gone = [.. before.Select(Said).Except(now.Select(Said))];
        Assert.True(gone.Length == 0, $"Another version cannot read or call any more:\n{string.Join('\n', gone)}");

        var versions = before.Where(IsCall).GroupBy(Interface).ToDictionary(g => g.Key, g => g.Max(VersionOf));
        string[] same = [.. now.Where(n => IsCall(n) && !before.Select(Said).Contains(Said(n)) && versions.TryGetValue(Interface(n), out int old)
            && VersionOf(n) <= old)];
        Assert.True(same.Length == 0, $"New calls, and their interface has no higher [Version]:\n{string.Join('\n', same)}");

        if (Environment.GetEnvironmentVariable("PRUNESEARCH_UPDATE") == "1")
        {
            File.WriteAllText(file, string.Join('\n', now) + "\n");
            return;
        }
        string came = string.Join('\n', now.Except(before));
        Assert.True(came.Length == 0, $"New: run this test with PRUNESEARCH_UPDATE=1, which writes {file}:\n{came}");
    }

    [Fact]
    public void A_field_that_is_not_known_is_passed_over_and_one_that_is_missing_has_its_default()
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        var newer = new Newer { State = "running", Share = 7, More = ["x"], Ended = new Dictionary<string, string> { ["a"] = "b" } };

        var older = serializer.Deserialize<Older>(serializer.SerializeToArray(newer))!;
        Assert.Equal(("running", "b"), (older.State, older.Ended["a"]));

        newer = serializer.Deserialize<Newer>(serializer.SerializeToArray(older))!;
        Assert.Equal(("running", 1, "b"), (newer.State, newer.Share, newer.Ended["a"]));
        Assert.Empty(newer.More);
    }

    [Fact]
    public void A_stage_of_any_family_has_the_same_key_on_the_other_side()
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        DetectorSpec[] specs =
        [
            SsdFamily.Spec(["a"], new() { WidthMultiplier = 0.35, Extras = ExtraLayerStyle.Separable }),
            YoloxFamily.Spec(["a"], new() { Depth = 0.67, Width = 0.5, Depthwise = false }, 320),
            RetinaNetFamily.Spec(["a"], new() { Backbone = RetinaNetBackbone.ResNet18, PyramidWidth = 64, HeadNorms = HeadNorms.PerLevel }, 320),
        ];
        Assert.Equal(DetectorCatalog.Families.Select(f => f.Template.Architecture).Order(), specs.Select(s => s.Architecture).Order());
        foreach (var spec in specs)
        {
            var stage = Plans.Small("a").Trajectories[0].Stages[0] with { Base = new BaseSettings { Detector = spec } };

            var received = serializer.Deserialize<StageDescription>(serializer.SerializeToArray(stage))!;

            Assert.Equal(stage.ComputeKey(), received.ComputeKey());
            Assert.Equal(spec.Options, received.Base!.Detector.Options);
        }
    }

    private static bool IsCall(string line) => line.StartsWith("call ", StringComparison.Ordinal);

    private static string Said(string line) => line.Split(Marker)[0];

    private static string Interface(string call) => call.Split(' ')[1];

    private static int VersionOf(string call) => int.Parse(call.Split(Marker)[1], CultureInfo.InvariantCulture);

    private static IEnumerable<string> Calls()
    {
        foreach (var type in Types().Where(t => t.IsInterface && typeof(IAddressable).IsAssignableFrom(t)))
        {
            int version = type.GetCustomAttribute<VersionAttribute>()?.Version ?? 0;
            foreach (var method in type.GetMethods())
            {
                string parameters = string.Join(", ", method.GetParameters().Select(p => Name(p.ParameterType)));
                yield return string.Create(
                    CultureInfo.InvariantCulture, $"call {Alias(type)} {Alias(method)}({parameters}) -> {Name(method.ReturnType)}{Marker}{version}");
            }
        }
    }

    private static IEnumerable<string> Fields()
    {
        const BindingFlags own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (var type in Types().Where(t => t.GetCustomAttribute<GenerateSerializerAttribute>() is not null))
        {
            foreach (var member in type.GetMembers(own))
            {
                if (member.GetCustomAttribute<IdAttribute>() is { } id)
                {
                    yield return $"field {Alias(type)} {id.Id} {Name(member is PropertyInfo p ? p.PropertyType : ((FieldInfo)member).FieldType)}";
                }
            }
        }
    }

    private static string Alias(MemberInfo member) =>
        member.GetCustomAttributes<AliasAttribute>().Select(a => a.Alias).Order(StringComparer.Ordinal).FirstOrDefault() ?? member.Name;

    private static IEnumerable<Type> Types() => Ours.SelectMany(a => a.GetTypes())
        .Where(t => t.Namespace?.StartsWith("PruneSearch", StringComparison.Ordinal) == true);

    private static string Name(Type type)
    {
        if (!type.IsGenericType)
        {
            return type.Name;
        }
        var text = new StringBuilder(type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]);
        return text.Append('<').AppendJoin(", ", type.GetGenericArguments().Select(Name)).Append('>').ToString();
    }

    private static string Here([CallerFilePath] string path = "") => path;
}

/// <summary>A record as one version writes it.</summary>
[GenerateSerializer]
internal sealed class Older
{
    [Id(0)]
    public string? State { get; set; }

    [Id(2)]
    public Dictionary<string, string> Ended { get; set; } = [];
}

/// <summary>The same as the next one does.</summary>
[GenerateSerializer]
internal sealed class Newer
{
    [Id(0)]
    public string? State { get; set; }

    [Id(1)]
    public IReadOnlyList<string> More { get; set; } = [];

    [Id(2)]
    public Dictionary<string, string> Ended { get; set; } = [];

    [Id(3)]
    public int Share { get; set; } = 1;
}
