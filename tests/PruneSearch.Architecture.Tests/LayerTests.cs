using System.Reflection;
using System.Runtime.CompilerServices;
using NetArchTest.Rules;

namespace PruneSearch.Architecture.Tests;

/// <summary>Dependencies point inward, to <c>PruneSearch.Core</c>.</summary>
public sealed class LayerTests
{
    // A project may use those that stand before it in its row, and no others.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Core"] = [],
        ["Data"] = ["Core"],
        ["Storage"] = ["Core"],
        ["Detection"] = ["Core", "Data"],
        ["Inference"] = ["Core", "Data"],
        ["Pruning"] = ["Core", "Data", "Detection"],
        ["Stages"] = ["Core", "Data", "Detection", "Inference", "Pruning", "Storage"],
        ["Connections"] = ["Core", "Storage"],
        ["Cluster"] = ["Core", "Storage", "Connections"],
        ["Client"] = ["Core", "Data", "Storage", "Connections"],
        ["Measure"] = ["Core", "Data", "Inference", "Storage", "Connections", "Cluster"],
        ["Web"] = ["Core", "Data", "Inference", "Storage", "Connections", "Client"],
        ["Cli"] = ["Core", "Data", "Detection", "Inference", "Pruning", "Stages", "Storage", "Connections", "Cluster", "Client", "Web"],
    };

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Fact]
    public void Every_project_has_its_row() =>
        Assert.Equal(
            Directory.GetDirectories(Path.Combine(Checkout.Root, "src")).Select(f => Path.GetFileName(f)["PruneSearch.".Length..]).Order(),
            Allowed.Keys.Order());

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_only_those_below_it(string project)
    {
        var used = Load(project).GetReferencedAssemblies().Select(a => a.Name!).Where(n => n.StartsWith("PruneSearch.", StringComparison.Ordinal)).ToList();
        Assert.All(used, name => Assert.Contains(name["PruneSearch.".Length..], Allowed[project]));
    }

    [Theory]
    [InlineData("Core")]
    [InlineData("Data")]
    [InlineData("Storage")]
    [InlineData("Inference")]
    [InlineData("Client")]
    [InlineData("Connections")]
    [InlineData("Cluster")]
    [InlineData("Web")]
    [InlineData("Measure")]
    public void Only_detection_and_what_stands_on_it_uses_torch(string project) => RequireFree(project, "TorchSharp");

    // The program for devices has no ASP.NET Core, and would not start with an assembly that wants it.
    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_the_page_and_who_serves_it_use_the_dashboard(string project)
    {
        if (project is not ("Web" or "Cli"))
        {
            Assert.DoesNotContain("Orleans.Dashboard", Load(project).GetReferencedAssemblies().Select(a => a.Name));
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_the_cluster_uses_the_runtime_of_orleans(string project)
    {
        if (project != "Cluster")
        {
            RequireFree(project, "Orleans.Runtime.Silo", "Orleans.Storage", "Orleans.Grain", "Orleans.IRemindable");
        }
        if (project is not ("Cluster" or "Web")) // which gives silos the dashboard that it shows
        {
            RequireFree(project, "Orleans.Hosting.ISiloBuilder");
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_opens_its_internals_to_its_own_tests_alone(string project)
    {
        var friends = Load(project).GetCustomAttributes<InternalsVisibleToAttribute>().Select(a => a.AssemblyName);
        Assert.All(friends, name => Assert.Contains(name, (string[])[$"PruneSearch.{project}.Tests", $"PruneSearch.{project}.TestHost"]));
    }

    [Theory]
    [InlineData("PruneSearch.Cluster.Searches")]
    [InlineData("PruneSearch.Cluster.Progress")]
    [InlineData("PruneSearch.Cluster.Trajectories")]
    [InlineData("PruneSearch.Cluster.Stages")]
    public void Grains_see_no_worker(string room)
    {
        var result = Types.InAssembly(Load("Cluster")).That().ResideInNamespace(room).ShouldNot().HaveDependencyOn("PruneSearch.Cluster.Workers").GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }

    internal static Assembly Load(string project) => Assembly.Load(project switch
    {
        "Cli" => "prunesearch",
        "Measure" => "prunesearch-measure",
        _ => $"PruneSearch.{project}",
    });

    private static void RequireFree(string project, params string[] foreign)
    {
        var result = Types.InAssembly(Load(project)).That().DoNotHaveNameMatching("OrleansCodeGen").ShouldNot().HaveDependencyOnAny(foreign).GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }
}
