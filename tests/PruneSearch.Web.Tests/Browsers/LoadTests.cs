using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Stages;

namespace PruneSearch.Web.Tests.Browsers;

/// <summary>
/// What two hundred open pages cost a search in the same process, measured and written to the output, not asserted:
/// <c>eng/test LoadTests -- -explicit only -showLiveOutput</c>.
/// </summary>
public sealed class LoadTests(ITestOutputHelper output)
{
    private const int Pages = 200, Pairs = 6;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(12), Settle = TimeSpan.FromSeconds(4);
    private static long _rounds;

    [Fact(Explicit = true)]
    public async Task Two_hundred_pages_on_a_running_search()
    {
        var stop = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("prunesearch-");
        try
        {
            // A stage computes on every core for some seconds, as training does, and tells how far it is.
            var runner = new StubStageRunner(TimeSpan.Zero) { Behaviour = (_, cancellation) => Compute(cancellation) };
            var sessions = new SearchSessions(_ => { }, services => services.AddSingleton<IStageRunner>(runner));
            await using var session = await sessions.KeepAsync(new SearchPlace(folder.FullName), _ => { }, stop);
            await using var server = await WebServer.StartAsync(
                new WebSettings { Token = "the-token", DrawnFolder = Path.Combine(folder.FullName, "drawn") }, session, cancellation: stop);
            using var http = new HttpClient { BaseAddress = server.Address };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "the-token");
            string levels = string.Join(", ", Enumerable.Range(1, 170).Select(i => (i / 200.0).ToString(CultureInfo.InvariantCulture)));
            using var launched = await http.PostAsync(new Uri("api/v1/searches", UriKind.Relative),
                new StringContent(MadeUpHome.SearchText.Replace("levels: [0.2]", $"levels: [{levels}]", StringComparison.Ordinal)), stop);
            string said = await launched.Content.ReadAsStringAsync(stop);
            Assert.True(launched.IsSuccessStatusCode, said);
            string id = Assert.Single(await session.ListAsync()).Id;
            var address = new Uri(server.Address, $"search/{id}");
            var shares = new List<double>();
            await WithPagesAsync(); // the first time compiles what draws them
            for (int pair = 0; pair < Pairs; pair++)
            {
                bool first = pair % 2 == 0; // each comes first as often as second
                double with = first ? await WithPagesAsync() : 0, without = await RateAsync();
                with = first ? with : await WithPagesAsync();
                shares.Add(1 - with / without);
                output.WriteLine($"pair {pair + 1}: {without:F0} rounds a second without pages, {with:F0} with {Pages}: {shares[^1] * 100:F1} % slower");
            }
            Assert.Equal(Core.Searches.WorkState.Running, (await session.SummaryAsync(id)).State); // it did not end meanwhile
            double mean = shares.Average(), error = Math.Sqrt(shares.Sum(s => (s - mean) * (s - mean)) / (Pairs - 1) / Pairs);
            output.WriteLine($"{Pages} pages slow the search by {mean * 100:F1} % (standard error {error * 100:F1})");

            async Task<double> WithPagesAsync()
            {
                var watch = Stopwatch.StartNew();
                var pages = new List<CircuitPage>();
                for (int i = 0; i < Pages; i++)
                {
                    pages.Add(await CircuitPage.OpenAsync(http, address, stop));
                }
                await Task.Delay(Settle, stop);
                int drawn = pages.Sum(p => p.Batches);
                double opened = watch.Elapsed.TotalSeconds, rate = await RateAsync();
                Assert.All(pages, p => Assert.Null(p.Ended));
                output.WriteLine($"{Pages} pages were opened in {opened:F0} s and drawn " +
                    $"{(pages.Sum(p => p.Batches) - drawn) / Window.TotalSeconds:F0} times a second, all together");
                foreach (var page in pages)
                {
                    await page.DisposeAsync();
                }
                await Task.Delay(Settle, stop);
                return rate;
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        async Task<double> RateAsync()
        {
            var (before, watch) = (Interlocked.Read(ref _rounds), Stopwatch.StartNew());
            await Task.Delay(Window, stop);
            return (Interlocked.Read(ref _rounds) - before) / watch.Elapsed.TotalSeconds;
        }
    }

    private static void Compute(CancellationToken cancellation)
    {
        Parallel.For(0, Environment.ProcessorCount, core =>
        {
            double x = core;
            for (int round = 0; round < 64_000 && !cancellation.IsCancellationRequested; round++)
            {
                for (int i = 0; i < 100_000; i++)
                {
                    x = x * 0.999 + i;
                }
                Interlocked.Increment(ref _rounds);
            }
            GC.KeepAlive(x);
        });
    }
}
