@echo off
rem eng\test: what eng/test does elsewhere, on Windows.
powershell -NoProfile -ExecutionPolicy Bypass -File "%~dp0test.ps1" %*
exit /b %ERRORLEVEL%
