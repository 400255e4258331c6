using Microsoft.Playwright;
using PruneSearch.Core.Searches;
using static Microsoft.Playwright.Assertions;

namespace PruneSearch.Web.Tests.Browsers;

[Collection(BrowserTests.Name)]
public sealed class SearchPageTests(Browser browser) : IAsyncLifetime
{
    private readonly ShownSession _session = new("cells-1", 120);
    private readonly List<string> _complaints = [];
    private WebServer? _server;
    private IBrowserContext? _window;
    private IPage? _page;

    private IPage Page => _page!;

    public async ValueTask InitializeAsync()
    {
        _window = await browser.OpenAsync();
        _session.Add(Enumerable.Range(0, 40).Select(Made.Point));
        _server = await WebServer.StartAsync(new WebSettings { Token = WebSettings.NewToken() }, _session);
        _page = await _window.NewPageAsync();
        await _page.GotoAsync(_server.Entry.ToString());
        await _page.WaitForURLAsync(_server.Address.ToString());
        _page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Add($"{message.Text} {message.Location}");
            }
        };
        _page.PageError += (_, error) => _complaints.Add(error);
    }

    public async ValueTask DisposeAsync()
    {
        await (_window?.CloseAsync() ?? Task.CompletedTask);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Fact]
    public async Task A_report_appears_in_the_chart_and_moves_the_frontier_and_the_model_to_take_without_a_reload()
    {
        await Page.GetByRole(AriaRole.Link, new() { Name = ShownSession.Nasty }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(ShownSession.Nasty);
        var chart = Page.Locator(".chart");
        await Expect(chart).ToHaveAttributeAsync("data-drawn", "40");

        // Faster and more accurate than all: it is the frontier beside the most accurate ones.
        var best = Made.Point(41);
        _session.Add(best with { Trajectory = "winner", Schedule = ScheduleKind.OneShot, Iteration = 1, Report = Made.Report(9000, .9, 3.5) });

        await Expect(chart).ToHaveAttributeAsync("data-drawn", "41");
        await Expect(Page.Locator(".take .name")).ToHaveTextAsync("winner");
        await Expect(Page.GetByRole(AriaRole.Region, new() { Name = "Table of models" }).Locator("tbody tr")).ToHaveCountAsync(1);
        Assert.Empty(_complaints);
        Assert.NotEqual("broken", await Page.TitleAsync());
    }

    [Fact]
    public async Task A_device_class_has_a_frontier_of_its_own_that_grows_with_its_figures()
    {
        _session.Measuring = [new("pi", 0, 0, 40, 0, $"waits for a slot of class pi: none is known {ShownSession.Nasty}"), new("phone", 2, 1, 37, 1, null)];
        await OpenSearchAsync();
        var pi = Page.GetByRole(AriaRole.Region, new() { Name = "On pi", Exact = true });
        await Expect(pi).ToContainTextAsync("0 of 40 models measured");
        await Expect(pi).ToContainTextAsync($"none is known {ShownSession.Nasty}");
        await Expect(pi.Locator("table")).ToHaveCountAsync(0);
        var phone = Page.GetByRole(AriaRole.Region, new() { Name = "On phone", Exact = true });
        await Expect(phone).ToContainTextAsync("2 of 40 models measured, 1 failed");
        var rows = Page.GetByRole(AriaRole.Region, new() { Name = "Frontier on phone" }).Locator("tbody tr");
        await Expect(rows.First).ToBeVisibleAsync();

        _session.Measuring = [_session.Measuring[0] with { Measured = 1, Waiting = 39, Reason = null }, _session.Measuring[1]];
        await Expect(pi).ToContainTextAsync("1 of 40 models measured");
        await Expect(pi.Locator("tbody th, tbody td")).ToHaveTextAsync(["original", "0.700", "200 ms", "1.00×", ""]);
        await Expect(pi).ToContainTextAsync("Cortex-A76");
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task The_slider_names_a_model_that_keeps_to_it()
    {
        await OpenSearchAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "at most … ms" }).ClickAsync();
        var slider = Page.GetByRole(AriaRole.Slider);
        await slider.FillAsync("15");

        await Expect(Page.Locator(".limit output")).ToHaveTextAsync("15 ms");
        string latency = await Page.Locator(".take dd").Nth(1).InnerTextAsync();
        var expected = (await _session.FrontierAsync("cells-1")).Points.Where(p => p.OnFrontier && p.Report.Latency.Milliseconds <= 15)
            .MaxBy(p => p.Report.Map50)!;
        await Expect(Page.Locator(".take .name")).ToHaveTextAsync(PointNames.Of(expected));
        Assert.InRange(double.Parse(latency.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture), 1, 15);

        await slider.PressAsync("Home");
        await Expect(Page.Locator(".take .soft.small")).ToContainTextAsync("the most accurate of the frontier");
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task While_nobody_answers_the_page_says_so_and_goes_on_by_itself()
    {
        await OpenSearchAsync();
        await Page.EvaluateAsync("window.before = true");
        _session.Silence();
        var notice = Page.GetByText("No contact since");
        await Expect(notice).ToContainTextAsync("The silo that should answer is gone or starting.", new() { Timeout = 10_000 });
        _session.Add(Made.Point(77));
        _session.Answer();

        await Expect(Page.Locator(".chart")).ToHaveAttributeAsync("data-drawn", "41");
        await Expect(notice).ToBeHiddenAsync();
        Assert.True(await Page.EvaluateAsync<bool>("window.before"));
    }

    [Fact]
    public async Task A_search_that_is_deleted_meanwhile_is_said_to_be_gone()
    {
        await OpenSearchAsync();
        _session.Delete();
        await Expect(Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("There is no search 'cells-1'. This is how it stood.");
    }

    [Fact]
    public async Task Progress_and_failures_are_told_and_a_search_is_cancelled_after_asking()
    {
        await OpenSearchAsync();
        await Expect(Page.GetByText("loss is not finite").First).ToBeVisibleAsync();
        _session.Set(1, t => t with { Progress = t.Progress! with { Step = 90, Loss = .765 } });
        var row = Page.GetByRole(AriaRole.Region, new() { Name = "Table of trajectories" }).GetByRole(AriaRole.Row, new() { Name = "iterative-1 running" });
        await Expect(row).ToContainTextAsync("fine-tune 90 of 100");
        await Expect(row).ToContainTextAsync("0.765");

        await Page.GetByRole(AriaRole.Button, new() { Name = "Cancel", Exact = true }).ClickAsync();
        Assert.Empty(_session.Calls);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Cancel the search" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Button, new() { Name = "Resume" })).ToBeVisibleAsync();
        Assert.Equal(["cancel cells-1"], _session.Calls);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Button, new() { Name = "Resume" })).ToBeEnabledAsync();
        Assert.Equal(["cancel cells-1", "resume cells-1 False"], _session.Calls);
    }

    private async Task OpenSearchAsync()
    {
        await Page.GotoAsync(new Uri(_server!.Address, "/search/cells-1").ToString());
        await Expect(Page.Locator(".chart")).ToHaveAttributeAsync("data-drawn", "40");
    }
}
