using System.CommandLine;
using PruneSearch.Connections.Certificates;

namespace PruneSearch.Cli.Commands;

/// <summary>Makes what the processes of a cluster show each other.</summary>
internal static class CertificatesCommand
{
    private const int AuthorityDays = 3650;

    public static Command Create(CliContext context)
    {
        var folder = OutputOption.Folder("--out", "Folder of the certificates; its authority is made once and kept");
        folder.DefaultValueFactory = _ => "certificates";
        var silos = Names("--silo", "Names of silos to issue a certificate for, one file each");
        silos.DefaultValueFactory = _ => ["all"];
        var clients = Names("--client", "Names of clients (people, programs) to issue a certificate for, one file each");
        clients.DefaultValueFactory = _ => ["operator"];
        var days = NumberOption.Create("--days", "Days that issued certificates are valid; issue them again before that, in the same folder", 365, 1,
            AuthorityDays);
        var command = new Command("certificates", "Make the certificates of a cluster: its authority, silos and clients") { folder, silos, clients, days };
        command.SetAction((p, cancellation) => ErrorLines.GuardAsync(context, async () =>
        {
            var made = new CertificateFolder(p.GetValue(folder)!, context.Time);
            bool first = made.MakeAuthority(TimeSpan.FromDays(AuthorityDays));
            await context.Output.WriteLineAsync(
                $"{made.Authority}: the cluster's authority{(first ? "" : ", as it was")}; every process needs it as 'authority'");
            foreach (var (role, names) in new[] { (CertificateRole.Silo, p.GetValue(silos)!), (CertificateRole.Client, p.GetValue(clients)!) })
            {
                foreach (string name in names)
                {
                    string file = made.Issue(role, name, TimeSpan.FromDays(p.GetValue(days)));
                    await context.Output.WriteLineAsync($"{file}: 'certificate' of {role.ToString().ToLowerInvariant()} {name}, a secret of its owner");
                }
            }
            return ExitCode.Ok;
        }, cancellation));
        return command;
    }

    private static Option<string[]> Names(string name, string description)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        option.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(t => !IsName(t.Value)) is { } wrong)
            {
                result.AddError($"{name} {wrong.Value}: is not right, expected 1 to 60 letters, digits and - _ .");
            }
        });
        return option;
    }

    private static bool IsName(string text) => text.Length is > 0 and <= 60 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
