using NetArchTest.Rules;

namespace PruneSearch.Architecture.Tests;

/// <summary>No two namespaces that stand side by side in a project need each other, directly or through others.</summary>
public sealed class CircleTests
{
    [Theory]
    [MemberData(nameof(LayerTests.Projects), MemberType = typeof(LayerTests))]
    public void Namespaces_form_no_circle(string project)
    {
        var rooms = Types.InAssembly(LayerTests.Load(project)).That().DoNotResideInNamespace("OrleansCodeGen").GetTypes()
            .Where(t => t.Namespace?.StartsWith("PruneSearch", StringComparison.Ordinal) == true)
            .GroupBy(t => t.Namespace!)
            .ToDictionary(g => g.Key, g => g.Select(t => t.FullName!.Split('+', '`')[0]).Distinct().ToArray());
        var uses = rooms.Keys.ToDictionary(from => from, from => rooms.Keys.Where(to => AreBeside(from, to) && Uses(project, from, rooms[to])).ToHashSet());
        var circular = uses.SelectMany(u => u.Value.Where(to => Reaches(uses, to, u.Key)).Select(to => $"{u.Key} -> {to}"));
        Assert.Empty(circular);
    }

    // A room within another one shares its vocabulary, and that one may put together what stands within it.
    private static bool AreBeside(string one, string other) =>
        !(one + ".").StartsWith(other + ".", StringComparison.Ordinal) && !(other + ".").StartsWith(one + ".", StringComparison.Ordinal);

    private static bool Uses(string project, string from, string[] types) =>
        Types.InAssembly(LayerTests.Load(project)).That().ResideInNamespaceMatching($"^{from.Replace(".", "\\.", StringComparison.Ordinal)}$")
            .And().HaveDependencyOnAny(types).GetTypes().Any();

    private static bool Reaches(Dictionary<string, HashSet<string>> uses, string from, string to)
    {
        var seen = new HashSet<string>();
        var next = new Stack<string>([from]);
        while (next.TryPop(out string? room))
        {
            if (room == to)
            {
                return true;
            }
            if (seen.Add(room))
            {
                foreach (string used in uses[room])
                {
                    next.Push(used);
                }
            }
        }
        return false;
    }
}
