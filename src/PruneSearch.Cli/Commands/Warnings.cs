namespace PruneSearch.Cli.Commands;

/// <summary>Things that were no reason to stop.</summary>
internal static class Warnings
{
    private const int Shown = 5;

    /// <summary>Shows the first ones on the error output, and how many more there are.</summary>
    public static void Write(CliContext context, IReadOnlyList<string> warnings)
    {
        foreach (string warning in warnings.Take(Shown))
        {
            context.Error.WriteLine($"warning: {warning}");
        }
        if (warnings.Count > Shown)
        {
            context.Error.WriteLine($"warning: and {warnings.Count - Shown} more");
        }
    }
}
