using PruneSearch.Cli.Reports;
using PruneSearch.Client.SearchFiles;

namespace PruneSearch.Cli.Tests.Reports;

public sealed class ReportPageTests
{
    [Fact]
    public void A_new_page_gets_a_title_and_the_part_between_its_marks() =>
        Assert.Equal(
            "# Results\n\n<!-- report: begin cells -->\n\nfirst\n\n<!-- report: end cells -->\n", ReportPage.With(null, "cells", "first\n", "README.md"));

    [Fact]
    public void What_stands_outside_of_the_marks_stays_and_searches_have_a_part_each()
    {
        string page = "# By hand\n\nBefore.\n\n" + ReportPage.With("", "cells", "first", "p").Trim() + "\n\nBetween.\n";
        page = ReportPage.With(page, "cells-2", "other", "p") + "\nAfter.\n";

        string again = ReportPage.With(page, "cells", "second", "p");

        Assert.Equal(page.Replace("first", "second", StringComparison.Ordinal), again);
        Assert.Equal(again, ReportPage.With(again, "cells-2", "other", "p"));
    }

    [Theory]
    [InlineData("<!-- report: begin cells -->")]
    [InlineData("<!-- report: end cells -->")]
    [InlineData("<!-- report: end cells --> <!-- report: begin cells -->")]
    [InlineData("<!-- report: begin cells --> <!-- report: end cells --> <!-- report: begin cells -->")]
    public void Damaged_marks_are_refused(string page) =>
        Assert.Contains(
            "README.md: the marks of the part for 'cells'",
            Assert.Throws<SearchFileException>(() => ReportPage.With(page, "cells", "x", "README.md")).Message,
            StringComparison.Ordinal);
}
