# eng\test              checks the format of the code, builds all tests and runs them; ends with: N passed, N failed, N skipped
# eng\test NAME...      only the projects (Core or PruneSearch.Core.Tests) and the classes (PlannerTests) of these names
# For Windows PowerShell 5.1 and PowerShell 7. PostgreSQL and Azurite are not started: tests that need them are skipped where they are not named.
$ErrorActionPreference = 'Stop'
$root = Split-Path -Parent $PSScriptRoot
Set-Location $root
if (-not $env:OMP_WAIT_POLICY) { $env:OMP_WAIT_POLICY = 'PASSIVE' }
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'

$projects = @(); $filters = @()
$all = @(Get-ChildItem tests -Directory -Filter '*.Tests' | ForEach-Object Name)
foreach ($name in $args) {
    if ($all -contains "PruneSearch.$name.Tests") { $projects += "PruneSearch.$name.Tests" }
    elseif ($all -contains $name) { $projects += $name }
    else {
        $found = @(Get-ChildItem tests -Recurse -File -Filter "$name.cs" | ForEach-Object { $_.FullName.Substring($root.Length + 1).Split([char[]]'\/')[1] } |
            Where-Object { $_ -like '*.Tests' })
        if ($found.Count -eq 0) {
            [Console]::Error.WriteLine("test: '$name' is no test project and no test class; projects are $($all -join ' ')")
            exit 2
        }
        $projects += $found
        $filters += '-class', "*.$name"
    }
}
if ($args.Count -eq 0) { $projects = $all }
$projects = @($projects | Sort-Object -Unique)

$results = Join-Path $root 'artifacts/test-results'
if (Test-Path $results) { Remove-Item -Recurse -Force $results }
New-Item -ItemType Directory -Force $results | Out-Null
$passed = 0; $failed = 0; $skipped = 0
$ErrorActionPreference = 'Continue'
if ($args.Count -eq 0) {
    # The build enforces rules of style and analyzers; what is left of 'dotnet format' is whitespace, which needs no build.
    Write-Output '== format'
    dotnet format whitespace --folder . --exclude artifacts --verify-no-changes
    if ($LASTEXITCODE -eq 0) { $passed = 1 } else { $failed = 1 }
    dotnet build PruneSearch.sln -c Release -v q -nologo --nodereuse:false
    if ($LASTEXITCODE -ne 0) { exit 1 }
}
else {
    foreach ($name in $projects) {
        dotnet build "tests/$name" -c Release -v q -nologo
        if ($LASTEXITCODE -ne 0) { exit 1 }
    }
}
foreach ($name in $projects) {
    $program = Get-ChildItem "artifacts/bin/$name" -Recurse -File -Depth 1 -ErrorAction SilentlyContinue |
        Where-Object { $_.Directory.Name -like 'release*' -and ($_.Name -eq "$name.exe" -or $_.Name -eq $name) } | Select-Object -First 1
    if (-not $program) {
        [Console]::Error.WriteLine("${name}: was not built")
        $failed++
        continue
    }
    Write-Output "== $name"
    $report = Join-Path $results "$name.xml"
    & $program.FullName -noColor -nologo -xml $report @filters
    $code = $LASTEXITCODE
    if (-not (Test-Path $report)) {
        [Console]::Error.WriteLine("${name}: ended with code $code before it could report")
        $failed++
        continue
    }
    $bad = 0
    foreach ($assembly in @(([xml](Get-Content $report -Raw)).assemblies.assembly)) {
        $passed += [int]$assembly.passed
        $skipped += [int]$assembly.skipped
        $bad += [int]$assembly.failed + [int]$assembly.errors
    }
    if ($code -ne 0 -and $bad -eq 0) {
        [Console]::Error.WriteLine("${name}: ended with code $code")
        $bad = 1
    }
    $failed += $bad
}
Write-Output "$passed passed, $failed failed, $skipped skipped"
exit $(if ($failed -eq 0 -and $passed -gt 0) { 0 } else { 1 })
