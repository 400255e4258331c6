using System.Diagnostics;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PruneSearch.Web.Tests.Browsers;

/// <summary>
/// What a large search costs, measured and written to the output, not asserted: <c>eng/test ScaleTests -- -explicit only -showLiveOutput</c>.
/// </summary>
[Collection(BrowserTests.Name)]
public sealed class ScaleTests(Browser browser, ITestOutputHelper output)
{
    private const int Trajectories = 10_000, Reports = 50_000, Pages = 40;
    private const string Scroll = """
        new Promise(end => {
            const list = document.querySelector('#trajectory-list'), begin = performance.now();
            let frames = 0, worst = 0, last = begin, blank = 0;
            const step = now => {
                frames++;
                worst = Math.max(worst, now - last);
                last = now;
                list.scrollTop += 60;
                const box = list.getBoundingClientRect(), there = document.elementFromPoint(box.left + 80, box.top + box.height / 2);
                if (!there?.closest('tr')?.querySelector('th')) blank++;
                if (now - begin < 5000) requestAnimationFrame(step);
                else end(`${(frames / 5).toFixed(1)} frames a second, longest ${worst.toFixed(0)} ms, ${blank} of ${frames} frames with rows still to come`);
            };
            requestAnimationFrame(step);
        })
        """;

    [Fact(Explicit = true)]
    public async Task A_large_search()
    {
        var session = new ShownSession("large", Trajectories);
        session.Add(Enumerable.Range(0, Reports).Select(Made.Point));
        long before = Managed();
        await using var server = await WebServer.StartAsync(new WebSettings { Token = WebSettings.NewToken() }, session);
        await using var window = await browser.OpenAsync();
        var page = await window.NewPageAsync();
        await page.GotoAsync(server.Entry.ToString());
        await page.WaitForURLAsync(server.Address.ToString());
        for (int visit = 1; visit <= 2; visit++)
        {
            var watch = Stopwatch.StartNew();
            await page.GotoAsync(new Uri(server.Address, "/search/large").ToString());
            await Expect(page.Locator(".chart")).ToHaveAttributeAsync("data-drawn", $"{Reports}", new() { Timeout = 60_000 });
            output.WriteLine($"visit {visit}: first contentful paint after " +
                $"{await page.EvaluateAsync<double>("performance.getEntriesByName('first-contentful-paint')[0].startTime"):F0} ms, all points drawn after " +
                $"{watch.ElapsedMilliseconds} ms");
        }
        output.WriteLine($"server: {(Managed() - before) / 1e6:F0} MB managed more than without the page");
        var delays = new List<double>();
        for (int i = 0; i < 10; i++)
        {
            await page.EvaluateAsync("""
                window.seen = new Promise(end => new MutationObserver(() => end(Date.now())).observe(document.querySelector('.chart'),
                    { attributes: true, attributeFilter: ['data-drawn'] })); 0
                """);
            await Task.Delay(50 + 77 * i);
            double accepted = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            session.Add(Made.Point(Reports + i));
            delays.Add(await page.EvaluateAsync<double>("window.seen") - accepted);
        }
        output.WriteLine($"a report is drawn {delays.Order().ElementAt(5):F0} ms after its acceptance (median of 10, at most {delays.Max():F0} ms)");
        output.WriteLine($"browser before scrolling: page process {Renderers() / 1e6:F0} MB");
        await page.Locator("#trajectory-list").ScrollIntoViewIfNeededAsync();
        output.WriteLine($"scrolling: {await page.EvaluateAsync<string>(Scroll)}");
        output.WriteLine($"browser: script heap {await page.EvaluateAsync<double>("performance.memory.usedJSHeapSize") / 1e6:F0} MB, page process " +
            $"{Renderers() / 1e6:F0} MB (private and its part of what is shared)");
    }

    [Fact(Explicit = true)]
    public async Task Many_pages()
    {
        var session = new ShownSession("large", 100);
        session.Add(Enumerable.Range(0, 200).Select(Made.Point));
        await using var server = await WebServer.StartAsync(new WebSettings { Token = WebSettings.NewToken() }, session);
        await using var window = await browser.OpenAsync();
        for (int i = 0; i <= Pages; i++)
        {
            var page = await window.NewPageAsync();
            await page.GotoAsync((i == 0 ? server.Entry : new Uri(server.Address, "/search/large")).ToString());
        }
        int step = 0;
        using var timer = new Timer(
            _ => session.Set(1, t => t with { Progress = t.Progress! with { Step = Interlocked.Increment(ref step) % 100 } }), null, 0, 1000);
        await Task.Delay(3000, TestContext.Current.CancellationToken);
        var (start, looks) = (Environment.CpuUsage.TotalTime, session.Looks);
        await Task.Delay(20_000, TestContext.Current.CancellationToken);
        double cpu = (Environment.CpuUsage.TotalTime - start).TotalSeconds / 20;
        output.WriteLine($"{Pages} pages, a change a second: server {cpu * 100:F2} % of one processor, {(session.Looks - looks) / 20.0:F1} looks a second");
    }

    private static long Managed()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    // Proportional set sizes of the browser's page processes.
    private static long Renderers() => Process.GetProcesses().Select(p =>
    {
        try
        {
            return !File.ReadAllText($"/proc/{p.Id}/cmdline").Contains("--type=renderer", StringComparison.Ordinal) ? 0
                : File.ReadLines($"/proc/{p.Id}/smaps_rollup").Where(l => l.StartsWith("Pss:", StringComparison.Ordinal))
                    .Sum(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) * 1024);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }).Max();
}
