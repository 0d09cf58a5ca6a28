metadata description = 'The Functions app on a Flex Consumption plan, and all its settings.'

import { settingMap, tagMap } from '../settings.bicep'

@description('The plan\'s name.')
param planName string

@description('The app\'s name.')
param name string

@description('Where they live.')
param location string

@description('Tags.')
param tags tagMap

@description('The resource id of the app\'s identity.')
param identityId string

@description('The app\'s settings, all of them.')
param settings settingMap

@description('The address of the container that the app is deployed from.')
param deploymentContainer string

@description('The memory of an instance, in MB.')
param instanceMemoryMB int

@description('The most instances that may run.')
param maximumInstanceCount int

@description('Instances for HTTP that always run.')
param alwaysReadyHttpInstances int

@description('How many requests an instance takes at a time.')
param httpConcurrency int

@description('Whether instances are spread over three zones.')
param zoneRedundant bool

@description('The addresses that may call the app; empty: all.')
param allowedIpRanges string[]

@description('The subnet that the app joins; null: none.')
param subnetId string?

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: subnetId
    functionAppConfig: {
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainer
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyHttpInstances == 0 ? [] : [{ name: 'http', instanceCount: alwaysReadyHttpInstances }]
        triggers: {
          http: {
            perInstanceConcurrency: httpConcurrency
          }
        }
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      ipSecurityRestrictionsDefaultAction: empty(allowedIpRanges) ? 'Allow' : 'Deny'
      ipSecurityRestrictions: [
        for (range, i) in allowedIpRanges: {
          name: 'allowed-${i}'
          action: 'Allow'
          ipAddress: range
          priority: 100 + i
        }
      ]
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: settings
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: {
      allow: false
    }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }
}

@description('The app\'s name.')
output name string = app.name

@description('Where senders send: the address before /webhooks/{source}.')
output uri string = 'https://${app.properties.defaultHostName}'
