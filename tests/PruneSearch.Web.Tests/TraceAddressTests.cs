using System.Diagnostics;
using PruneSearch.Core;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Web.Live;

namespace PruneSearch.Web.Tests;

public sealed class TraceAddressTests
{
    private const string Root = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    [Theory]
    [InlineData("http://jaeger/trace/one")]
    [InlineData("jaeger/{trace}")]
    [InlineData("javascript:alert('{trace}')")]
    [InlineData("file:///etc/{trace}")]
    public void Only_addresses_of_pages_with_a_place_for_the_trace_are_right(string template) =>
        Assert.Contains(template, Assert.Throws<ArgumentException>(() => TraceAddress.Parse(template)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_trajectory_and_a_stage_lead_to_their_spans_and_a_search_without_a_trace_leads_nowhere()
    {
        var links = new TraceLinks(new WebSettings { Traces = TraceAddress.Parse("https://traces/t/{trace}?at={span}&again={trace}") });
        var search = new MadeUpSession().Summary with { TraceParent = Root };
        ActivityContext.TryParse(Root, null, out var root);
        var key = StageKey.Of([1]);

        Assert.Equal($"https://traces/t/{root.TraceId}?at={SpanIds.Of(root.TraceId, "trajectory", "one-shot-20")}&again={root.TraceId}",
            links.OfTrajectory(search, "one-shot-20"));
        Assert.Equal($"https://traces/t/{root.TraceId}?at={SpanIds.Of(root.TraceId, "stage", key.ToString())}&again={root.TraceId}",
            links.OfStage(search, key));
        Assert.Null(links.OfSearch(search with { TraceParent = null }));
        Assert.Null(new TraceLinks(new WebSettings()).OfSearch(search));
    }
}
