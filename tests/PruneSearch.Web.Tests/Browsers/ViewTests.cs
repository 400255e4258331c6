using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using PruneSearch.Core.Searches;
using PruneSearch.Inference.Detecting;
using static Microsoft.Playwright.Assertions;

namespace PruneSearch.Web.Tests.Browsers;

[Collection(BrowserTests.Name)]
public sealed class ViewTests(ShownHome home) : IClassFixture<ShownHome>
{
    private IPage Page => home.Page;

    public static TheoryData<string> Views => ["searches", "search", "model", "pictures", "compare", "cluster", "new", "nothing"];

    [Theory]
    [MemberData(nameof(Views))]
    public async Task Axe_finds_nothing_and_nothing_is_too_wide_in_light_and_dark_on_a_screen_and_on_a_phone(string view)
    {
        await home.OpenAsync(PathOf(view));
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        if (view == "pictures")
        {
            await Expect(Page.GetByRole(AriaRole.Status)).ToHaveTextAsync(new Regex("^In 3 pictures"));
        }
        foreach (var (width, scheme) in new[] { (1280, ColorScheme.Light), (1280, ColorScheme.Dark), (360, ColorScheme.Light) })
        {
            await Page.SetViewportSizeAsync(width, 800);
            await Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            var result = await Page.RunAxe();
            Assert.Empty(result.Violations.Select(v => $"{view} {width} {scheme}: {v.Id}: {v.Help}: {v.Nodes[0].Html}"));
            Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{view} is wider than {width}");
        }
        await Page.SetViewportSizeAsync(1280, 900);
        Assert.Empty(home.Complaints);
    }

    [Fact]
    public async Task A_model_tells_what_was_cut_and_what_became_of_each_class_and_its_file_runs()
    {
        await home.OpenAsync(home.Model);
        var group = Page.GetByRole(AriaRole.Row, new() { NameRegex = new Regex("expanded_conv_1.hidden") });
        await Expect(group).ToContainTextAsync(new Regex("48.*24"));
        await Expect(Page.GetByRole(AriaRole.Row, new() { NameRegex = new Regex("circle") })).ToContainTextAsync("−10.0");
        await Expect(Page.GetByRole(AriaRole.Row, new() { Name = "<b>star</b>" })).ToContainTextAsync("–");
        await Expect(Page.Locator("pre")).ToContainTextAsync($"./prunesearch export {ShownHome.Search} 'one-shot-20' --onnx model.onnx");

        var download = await Page.RunAndWaitForDownloadAsync(() => Page.GetByRole(AriaRole.Link, new() { Name = "Download ONNX" }).ClickAsync());
        using var detector = OnnxDetector.Open(await download.PathAsync());
        Assert.True(detector.EndToEnd);
    }

    [Fact]
    public async Task The_latency_of_a_model_has_its_sessions_and_its_stage_a_trace()
    {
        await home.OpenAsync(home.Model);
        var plot = Page.GetByRole(AriaRole.Img, new() { NameRegex = new Regex("95 % interval 1.40× to 1.60×, sessions 1.45×, 1.50×, 1.57×") });
        await Expect(plot.Locator(".sample")).ToHaveCountAsync(3);
        var there = new Regex("^http://traces.test/0{31}1/[0-9a-f]{16}$");
        await Expect(Page.GetByRole(AriaRole.Link, new() { Name = "its trace" })).ToHaveAttributeAsync("href", there);
        await home.OpenAsync($"/search/{ShownHome.Search}");
        await Expect(Page.GetByRole(AriaRole.Link, new() { Name = "Trace of one-shot-0" })).ToHaveAttributeAsync("href", there);
    }

    [Fact]
    public async Task A_budget_is_added_to_and_what_is_no_number_is_told()
    {
        var before = home.Session.Summary;
        try
        {
            home.Session.Summary = before with
            {
                Growth = new GrowthStatus
                {
                    Strategy = "adaptive",
                    Proposals = 3,
                    Open = 1,
                    Spent = SearchCost.None,
                    Budget = new BudgetSettings { Hours = 2, Trajectories = 20 },
                    Curve = [],
                },
            };
            await home.OpenAsync($"/search/{ShownHome.Search}");
            var form = Page.GetByRole(AriaRole.Form, new() { Name = "Add to the budget" });
            await Expect(form.GetByLabel("steps")).ToHaveCountAsync(0); // they are not limited
            await form.GetByRole(AriaRole.Button).ClickAsync();
            await Expect(Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("expected a number above 0");
            await form.GetByLabel("hours").FillAsync("1.5");
            await form.GetByLabel("trajectories").FillAsync("4");
            await form.GetByRole(AriaRole.Button).ClickAsync();
            await Expect(form.GetByLabel("hours")).ToHaveValueAsync("");
            Assert.Contains($"extend {ShownHome.Search} by 1.5 h, 4", home.Session.Calls);
        }
        finally
        {
            home.Session.Summary = before;
        }
    }

    [Fact]
    public async Task The_cluster_shows_silos_without_slots_and_what_waits()
    {
        await home.OpenAsync("/cluster");
        await Expect(Page.GetByRole(AriaRole.Row, new() { NameRegex = new Regex("control-0") })).ToContainTextAsync("active");
        await Expect(Page.GetByRole(AriaRole.Row, new() { NameRegex = new Regex("^cpu 1 ") })).ToContainTextAsync("by 1 slot: its pictures are not there");
    }

    [Fact]
    public async Task A_browser_that_is_not_known_any_more_gets_a_page_that_takes_the_token()
    {
        await Page.Context.ClearCookiesAsync();
        await Page.GotoAsync(new Uri(home.Server.Address, "/cluster").ToString());
        await Expect(Page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Who are you?");
        Assert.Empty((await Page.RunAxe()).Violations.Select(v => $"{v.Id}: {v.Nodes[0].Html}"));
        await Page.GetByLabel("Token").FillAsync("wrong");
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.GetByText("not right")).ToBeVisibleAsync();
        await Page.GetByLabel("Token").FillAsync(home.Settings.Token!);
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Cluster");
        Assert.DoesNotContain("token", Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_that_is_dropped_is_looked_at_by_both_models()
    {
        await home.OpenAsync(home.Pictures);
        await Expect(Page.GetByRole(AriaRole.Status)).ToHaveTextAsync(new Regex("^In 3 pictures"));
        byte[] picture = await Page.Locator(".photo img").First.EvaluateAsync<byte[]>(
            "async i => [...new Uint8Array(await (await fetch(i.src)).arrayBuffer())]");
        var input = Page.GetByLabel("A picture for both models");
        await input.SetInputFilesAsync(new FilePayload { Name = "own.png", MimeType = "image/png", Buffer = picture });
        var pair = Page.Locator("figure").Filter(new() { HasText = "own.png" });
        await Expect(pair.Locator("img")).ToHaveCountAsync(2);
        Assert.Equal(96, await pair.Locator("img").First.EvaluateAsync<int>("i => i.decode().then(() => i.naturalWidth)"));

        await input.SetInputFilesAsync(new FilePayload { Name = "no.png", MimeType = "image/png", Buffer = "no picture"u8.ToArray() });
        await Expect(Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("no.png");
        await Expect(pair).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Searches_that_are_compared_stand_in_the_address_and_two_models_are_beside_each_other()
    {
        await home.OpenAsync("/compare");
        await Page.GetByRole(AriaRole.Checkbox).CheckAsync();
        await Expect(Page.Locator(".chart")).ToHaveAttributeAsync("data-drawn", "2");
        Assert.EndsWith($"/compare?s={ShownHome.Search}", Page.Url, StringComparison.Ordinal);
        await Expect(Page.GetByRole(AriaRole.Region, new() { Name = "Table of widths" }).GetByRole(AriaRole.Row,
            new() { NameRegex = new Regex("expanded_conv_1.hidden") })).ToContainTextAsync(new Regex("48"));
    }

    [Fact]
    public async Task A_slot_tells_what_it_does_and_is_drained()
    {
        await home.OpenAsync("/cluster");
        await Expect(Page.GetByRole(AriaRole.Row, new() { NameRegex = new Regex("slot-1") })).ToContainTextAsync("fine-tune 40 of 100");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Drain" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Button, new() { Name = "Drain" })).ToBeEnabledAsync();
        Assert.Contains("drain slot-1", home.Session.Calls);
    }

    [Fact]
    public async Task A_search_file_with_a_slip_is_told_with_its_place_and_a_right_one_is_launched()
    {
        await home.OpenAsync("/new");
        var text = Page.GetByLabel("The search file");
        await text.FillAsync(MadeUpHome.SearchText.Replace("levels: [0.2]", "levels: [1.2]", StringComparison.Ordinal));
        await Page.GetByRole(AriaRole.Button, new() { Name = "Launch" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("search.yaml:6:25");

        await text.FillAsync(MadeUpHome.SearchText.Replace("cells", "launched", StringComparison.Ordinal));
        await Page.GetByRole(AriaRole.Button, new() { Name = "Launch" }).ClickAsync();
        await Page.WaitForURLAsync(new Regex("/search/"));
        Assert.Contains(home.Session.Calls, c => c.StartsWith("launch launched-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Light_or_dark_is_chosen_and_stays()
    {
        await home.OpenAsync("/");
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        var button = Page.GetByRole(AriaRole.Button, new() { Name = "Switch between light and dark colours" });
        await button.FocusAsync();
        await Page.Keyboard.PressAsync("Enter");
        await Page.ReloadAsync();
        Assert.Equal("dark", await Page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        Assert.Equal("rgb(16, 20, 24)", await Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        await Page.EvaluateAsync("localStorage.clear()");
    }

    private string PathOf(string view) => view switch
    {
        "searches" => "/",
        "search" => $"/search/{ShownHome.Search}",
        "model" => home.Model,
        "pictures" => home.Pictures,
        "compare" => $"/compare?s={ShownHome.Search}",
        "nothing" => "/search/nothing-there",
        _ => $"/{view}",
    };
}
