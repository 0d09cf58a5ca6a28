metadata description = 'Where telemetry goes: a Log Analytics workspace and Application Insights on it, both without keys.'

import { tagMap } from '../settings.bicep'

@description('The workspace\'s name.')
param workspaceName string

@description('The name of Application Insights.')
param applicationInsightsName string

@description('Where they live.')
param location string

@description('Tags.')
param tags tagMap

@description('How many days telemetry is kept.')
param retentionDays int

@description('The name of the app\'s identity. It names the role assignments, whose names must be known beforehand.')
param identityName string

@description('The principal of the app\'s identity.')
param principalId string

var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' = {
  name: applicationInsightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableLocalAuth: true
    IngestionMode: 'LogAnalytics'
    WorkspaceResourceId: workspace.id
  }
}

resource appRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: applicationInsights
  name: guid(applicationInsights.id, identityName, metricsPublisher)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
  }
}

@description('The resource id of the workspace.')
output workspaceId string = workspace.id

@description('The resource id of Application Insights.')
output applicationInsightsId string = applicationInsights.id

@description('Where the app sends its telemetry. It names the component; sending takes the identity\'s role.')
output connectionString string = applicationInsights.properties.ConnectionString
