namespace PruneSearch.Architecture.Tests;

/// <summary>No two namespaces that stand side by side in a project need each other, directly or through others.</summary>
public sealed class CircleTests
{
    [Theory]
    [MemberData(nameof(LayerTests.Projects), MemberType = typeof(LayerTests))]
    public void Namespaces_form_no_circle(string project) => Assert.Empty(NamespaceCircles.In(LayerTests.Load(project)));

    [Fact]
    public void A_circle_of_three_is_found_and_what_only_leads_to_it_is_not_blamed() =>
        Assert.Equal(
            ["Hosting -> Searches", "Searches -> Stages", "Stages -> Hosting"],
            NamespaceCircles.In(typeof(Circular.Hosting.Host).Assembly)
                .Select(u => u.Replace("PruneSearch.Architecture.Tests.Circular.", "", StringComparison.Ordinal)));
}
