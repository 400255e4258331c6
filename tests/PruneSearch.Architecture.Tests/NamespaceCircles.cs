using System.Reflection;
using NetArchTest.Rules;

namespace PruneSearch.Architecture.Tests;

/// <summary>Namespaces of an assembly that stand side by side and need each other, directly or through others.</summary>
internal static class NamespaceCircles
{
    /// <summary>The uses that close a circle, as <c>from -> to</c>; none when there is no circle.</summary>
    public static IReadOnlyList<string> In(Assembly assembly)
    {
        var rooms = Types.InAssembly(assembly).That().DoNotResideInNamespace("OrleansCodeGen").GetTypes()
            .Where(t => t.Namespace?.StartsWith("PruneSearch", StringComparison.Ordinal) == true)
            .GroupBy(t => t.Namespace!)
            .ToDictionary(g => g.Key, g => g.Select(t => t.FullName!.Split('+', '`')[0]).Distinct().ToArray());
        var uses = rooms.Keys.ToDictionary(from => from, from => rooms.Keys.Where(to => AreBeside(from, to) && Uses(assembly, from, rooms[to])).ToHashSet());
        return [.. uses.SelectMany(u => u.Value.Where(to => Reaches(uses, to, u.Key)).Select(to => $"{u.Key} -> {to}")).Order()];
    }

    // A room within another one shares its vocabulary, and that one may put together what stands within it.
    private static bool AreBeside(string one, string other) =>
        !(one + ".").StartsWith(other + ".", StringComparison.Ordinal) && !(other + ".").StartsWith(one + ".", StringComparison.Ordinal);

    private static bool Uses(Assembly assembly, string from, string[] types) =>
        Types.InAssembly(assembly).That().ResideInNamespaceMatching($"^{from.Replace(".", "\\.", StringComparison.Ordinal)}$")
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
